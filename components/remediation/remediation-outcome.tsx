"use client";
import { useTranslations } from "next-intl";
import { Time } from "#components/time/time.tsx";
import { LAYERS } from "#server/engines/isolation/declaration.ts";
import type { RemediationDetail } from "#server/features/remediation/views.ts";
import { useWhyBlocked } from "./why-blocked.ts";

/** What is still to be seen, what went wrong, and what got worse. */
export function RemediationOutcome({ detail }: { detail: RemediationDetail }) {
  const t = useTranslations("remediation");
  const drift = useTranslations("drift");
  const layers = useTranslations("isolation.layer");
  const whyBlocked = useWhyBlocked();
  const { waitingFor, worse, errorCode, errorText, awaySince } = detail;
  const layerName = (name: string) => {
    const known = LAYERS.find((each) => each === name);
    return known ? layers(known) : name;
  };
  return (
    <>
      {errorCode || errorText ? (
        <div className="rounded-md bg-danger-tint px-3 py-2 text-sm">
          {errorCode ? <p className="text-danger">{whyBlocked(errorCode)}</p> : null}
          {errorText ? (
            <p dir="ltr" className="break-words text-start font-mono text-xs">
              {errorText}
            </p>
          ) : null}
          {awaySince ? (
            <p>
              {t("waitsSince")} <Time at={awaySince} />
            </p>
          ) : null}
        </div>
      ) : null}
      {waitingFor.length > 0 ? (
        <div className="text-sm">
          <p className="font-medium">{t("waiting.title")}</p>
          <ul className="list-disc ps-5">
            {waitingFor.map((each) => (
              <li key={each}>{t(`waiting.${each}`)}</li>
            ))}
          </ul>
        </div>
      ) : null}
      {worse && worse.findings.length + worse.cells.length > 0 ? (
        <div className="text-sm">
          <p className="font-medium text-danger">{t("worse.title")}</p>
          <ul className="list-disc ps-5">
            {worse.findings.map(({ findingId, rule, severity }) => (
              <li key={findingId}>
                {t("worse.finding", {
                  severity: drift(`severity.${severity}`),
                  rule: drift(`rule.${rule}`),
                })}
              </li>
            ))}
            {worse.cells.map(({ environment, layer }) => (
              <li key={`${environment}/${layer}`}>
                {t("worse.cell", { layer: layerName(layer), environment })}
              </li>
            ))}
          </ul>
        </div>
      ) : null}
    </>
  );
}
