import { useTranslations } from "next-intl";
import { Identifier } from "#components/ui/identifier.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import { Section } from "#components/ui/section.tsx";
import type { AccessName, ApiDocument } from "./api-document.ts";
import { English } from "./english.tsx";
import { SchemaMembers } from "./schema-members.tsx";

const SAMPLE = "docs/examples/deploy-pipeline.mjs";

/** How to call the API at all: where, as whom, and where the document is. */
export function ApiOverview({ document }: { document: ApiDocument }) {
  const t = useTranslations("api");
  const url = document.servers[0]?.url ?? "";
  return (
    <>
      <Section look="card" title={t("start.title")}>
        <div className="flex flex-col gap-4 p-4 text-sm">
          <p className="max-w-prose">{t("start.text")}</p>
          <KeyValueList
            facts={[
              { name: t("start.server"), value: <Identifier value={url} /> },
              {
                name: t("start.document"),
                value: <Identifier value={`${url}/api/v1/openapi.json`} />,
              },
              {
                name: t("start.sample"),
                value: <bdi dir="ltr">{SAMPLE}</bdi>,
              },
            ]}
          />
          <ol className="flex max-w-prose list-decimal flex-col gap-1 ps-5">
            {(["client", "token", "proof", "nonce", "tenant"] as const).map((step) => (
              <li key={step}>{t(`start.steps.${step}`)}</li>
            ))}
          </ol>
        </div>
      </Section>
      <Section look="card" title={t("start.access")}>
        <dl className="flex flex-col gap-3 p-4 text-sm">
          {Object.entries(document.components.securitySchemes).map(([name, { description }]) => (
            <div key={name} className="grid gap-x-4 sm:grid-cols-[10rem_minmax(0,1fr)]">
              <dt className="font-medium">{t(`by.${name as AccessName}`)}</dt>
              <dd className="text-muted">
                <English>{description}</English>
              </dd>
            </div>
          ))}
        </dl>
      </Section>
    </>
  );
}

/** The types of problems, and what each problem holds. */
export function ProblemTypes({ document }: { document: ApiDocument }) {
  const t = useTranslations("api");
  const { Problem: problem } = document.components.schemas;
  return (
    <>
      <Section look="card" title={t("problems.title")} aside={t("problems.hint")}>
        <dl className="flex flex-col gap-3 p-4 text-sm">
          {document["x-problem-types"].map(({ type, status, meaning }) => (
            <div key={type} className="flex flex-col gap-0.5">
              <dt className="flex flex-wrap items-baseline gap-x-3">
                <bdi dir="ltr" className="font-medium tabular-nums">
                  {status}
                </bdi>
                <bdi dir="ltr" className="break-all font-mono text-xs">
                  {type}
                </bdi>
              </dt>
              <dd className="max-w-prose text-muted">
                <English>{meaning}</English>
              </dd>
            </div>
          ))}
        </dl>
      </Section>
      {problem ? (
        <Section look="card" title={t("problems.members")}>
          <div className="p-4">
            <SchemaMembers schema={problem} />
          </div>
        </Section>
      ) : null}
    </>
  );
}

/** Every scope, what it allows, and the roles that have it. */
export function ScopeList({ document }: { document: ApiDocument }) {
  const t = useTranslations("api");
  return (
    <Section look="card" title={t("scopes.title")} aside={t("scopes.hint")}>
      <dl className="flex flex-col gap-3 p-4 text-sm">
        {Object.entries(document["x-scopes"]).map(([scope, { meaning, roles }]) => (
          <div key={scope} className="flex flex-col gap-0.5">
            <dt>
              <bdi dir="ltr" className="break-all font-mono">
                {scope}
              </bdi>
            </dt>
            <dd className="text-muted">
              <span className="block">
                <English>{meaning}</English>
              </span>
              <bdi dir="ltr" className="block text-xs">
                {roles.join(", ")}
              </bdi>
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
