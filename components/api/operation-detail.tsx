import { useTranslations } from "next-intl";
import { Identifier } from "#components/ui/identifier.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import { Section } from "#components/ui/section.tsx";
import type { AccessName, ApiDocument, PlacedOperation } from "./api-document.ts";
import { English } from "./english.tsx";
import { MediaList } from "./media-list.tsx";
import { MethodMark } from "./method-mark.tsx";
import { ResponseList } from "./response-list.tsx";
import { Member } from "./schema-members.tsx";

interface OperationDetailProps {
  document: ApiDocument;
  operation: PlacedOperation;
}

/** One operation: who may call it, what goes in, what comes back, and how it refuses. */
export function OperationDetail({ document, operation }: OperationDetailProps) {
  const t = useTranslations("api");
  const scope = operation["x-scope"];
  const access = operation.security.flatMap((each) => Object.keys(each) as AccessName[]);
  const roles = scope ? (document["x-scopes"][scope]?.roles ?? []) : [];
  return (
    <>
      <Section look="card" title={<English>{operation.summary}</English>}>
        <div className="flex flex-col gap-4 p-4">
          <p className="flex flex-wrap items-center gap-2">
            <MethodMark method={operation.method} />
            <Identifier value={operation.path} />
          </p>
          <p className="max-w-prose text-sm">
            <English>{operation.description}</English>
          </p>
          <KeyValueList
            facts={[
              {
                name: t("access"),
                value:
                  access.length > 0
                    ? access.map((name) => t(`by.${name}`)).join(" · ")
                    : t("by.anyone"),
              },
              ...(scope
                ? [
                    { name: t("scope"), value: <bdi dir="ltr">{scope}</bdi> },
                    { name: t("roles"), value: <bdi dir="ltr">{roles.join(", ")}</bdi> },
                  ]
                : []),
              { name: t("operationId"), value: <bdi dir="ltr">{operation.operationId}</bdi> },
            ]}
          />
        </div>
      </Section>
      {operation.parameters.length > 0 ? (
        <Section look="card" title={t("parameters")}>
          <ul className="flex flex-col gap-3 p-4">
            {operation.parameters.map((parameter) => (
              <li
                key={`${parameter.in} ${parameter.name}`}
                className="grid gap-x-4 sm:grid-cols-[6rem_minmax(0,1fr)]"
              >
                <span className="text-muted text-xs leading-5">{t(`in.${parameter.in}`)}</span>
                <Member
                  name={parameter.name}
                  schema={parameter.schema}
                  isRequired={parameter.required}
                  description={parameter.description}
                />
              </li>
            ))}
          </ul>
        </Section>
      ) : null}
      {operation.requestBody ? (
        <Section look="card" title={t("body")}>
          <div className="p-4">
            <MediaList of={t("body")} content={operation.requestBody.content} />
          </div>
        </Section>
      ) : null}
      <ResponseList responses={operation.responses} />
    </>
  );
}
