import { useTranslations } from "next-intl";
import { Section } from "#components/ui/section.tsx";
import type { ApiResponse } from "./api-document.ts";
import { English } from "./english.tsx";
import { MediaList } from "./media-list.tsx";

const isRefusal = (status: string) => Number(status) >= 400;

/** What comes back: answers whole, refusals by what they mean. */
export function ResponseList({ responses }: { responses: Record<string, ApiResponse> }) {
  const t = useTranslations("api");
  const all = Object.entries(responses);
  return (
    <>
      {all
        .filter(([status]) => !isRefusal(status))
        .map(([status, response]) => (
          <Section
            key={status}
            look="card"
            title={t("answer", { status })}
            aside={<English>{response.description}</English>}
          >
            <div className="flex flex-col gap-3 p-4">
              {Object.entries(response.headers ?? {}).map(([name, { description }]) => (
                <p key={name} className="flex flex-wrap items-baseline gap-x-2 text-sm">
                  <bdi dir="ltr" className="font-mono">
                    {name}
                  </bdi>
                  <span className="text-muted">
                    <English>{description}</English>
                  </span>
                </p>
              ))}
              {response.content ? (
                <MediaList of={t("answer", { status })} content={response.content} />
              ) : (
                <p className="text-muted text-sm">{t("noBody")}</p>
              )}
            </div>
          </Section>
        ))}
      <Section look="card" title={t("refusals")} aside={t("refusalsHint")}>
        <dl className="flex flex-col gap-3 p-4 text-sm">
          {all
            .filter(([status]) => isRefusal(status))
            .map(([status, { description }]) => (
              <div key={status} className="grid gap-x-4 sm:grid-cols-[6rem_minmax(0,1fr)]">
                <dt className="font-medium tabular-nums">
                  <bdi dir="ltr">{status}</bdi>
                </dt>
                <dd className="whitespace-pre-line text-muted">
                  <English>{description}</English>
                </dd>
              </div>
            ))}
        </dl>
      </Section>
    </>
  );
}
