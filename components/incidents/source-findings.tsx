"use client";
import { useTranslations } from "next-intl";
import { ClockTime } from "#components/time/clock-time.tsx";
import { Status } from "#components/ui/status.tsx";
import type { IncidentSourceView } from "#server/features/rotation/leaks/views.ts";
import { useSourceReason } from "./source-reason.ts";

/** What each source told; one that could not be asked says so, and why. */
export function SourceFindings({ sources }: { sources: readonly IncidentSourceView[] }) {
  const t = useTranslations("incidents");
  const reasonText = useSourceReason();
  return (
    <>
      {sources.map(({ source, state, reason, lookedAt, findings }) => (
        <div key={source} className="flex flex-col gap-1 text-sm">
          <div className="flex flex-wrap items-baseline justify-between gap-x-3">
            <h3 className="font-medium">{t(`source.${source}`)}</h3>
            <span className="text-xs">
              <Status tone={state === "read" ? "ok" : "unknown"} look="plain">
                {t(`sourceState.${state}`)}
              </Status>
              {reason ? <span className="text-muted"> · {reasonText(reason)}</span> : null}
              {lookedAt ? (
                <span className="text-muted">
                  {" · "}
                  <ClockTime at={lookedAt} />
                </span>
              ) : null}
            </span>
          </div>
          {state === "read" && findings.length === 0 ? (
            <p className="text-muted">{t("nobody")}</p>
          ) : null}
          {findings.length > 0 ? (
            <ul aria-label={t(`source.${source}`)} className="list-disc ps-5">
              {findings.map(({ name, detail, human }) => (
                <li key={`${name} ${detail}`} className="break-words">
                  <bdi dir="ltr" className="break-all font-mono">
                    {name}
                  </bdi>{" "}
                  <span className={human === "yes" ? "font-medium text-danger" : "text-muted"}>
                    {t(`human.${human}`)}
                  </span>
                  <br />
                  <bdi dir="ltr" className="break-all text-muted text-xs">
                    {detail}
                  </bdi>
                </li>
              ))}
            </ul>
          ) : null}
        </div>
      ))}
    </>
  );
}
