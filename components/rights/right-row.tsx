"use client";
import { CircleMinus } from "lucide-react";
import { useFormatter, useTranslations } from "next-intl";
import { Status } from "#components/ui/status.tsx";
import type { Rights } from "#server/features/rights/schema.ts";
import { SCOPES } from "#server/platform/authz/scopes.ts";
import { DemandText } from "./demand-text.tsx";

type Right = Rights["rights"][number];
const TONES = { yes: "ok", partly: "due", no: "unknown" } as const;

/** One thing that can be done: whether, through what, where, what it still takes, and why not. */
export function RightRow({ right }: { right: Right }) {
  const t = useTranslations("rights");
  const environments = useTranslations("deployments.environment");
  const format = useFormatter();
  const key = right.scope.replace("runtime.", "").replaceAll(".", "-") as "secrets-read";
  const name = t.has(`scope.${key}`)
    ? t(`scope.${key}`)
    : SCOPES[right.scope as keyof typeof SCOPES];
  const placeName = (environment: string) => environments(environment as "prod");
  const askable = (right.places ?? []).filter(({ mayAsk }) => mayAsk);
  return (
    <li className="grid gap-x-4 gap-y-1 border-line border-b px-4 py-2.5 last:border-b-0 md:grid-cols-[minmax(0,18rem)_minmax(0,1fr)]">
      <div className="min-w-0">
        <p className="break-words font-medium">{name}</p>
        <bdi dir="ltr" className="block break-all font-mono text-muted text-xs">
          {right.scope}
        </bdi>
      </div>
      <div className="flex min-w-0 flex-col gap-1 text-sm">
        <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <Status
            tone={TONES[right.verdict]}
            {...(right.verdict === "no" ? { icon: CircleMinus } : {})}
          >
            {t(`verdict.${right.verdict}`)}
          </Status>
          {right.roles.length > 0 ? (
            <span className="text-muted">{t("by", { roles: format.list(right.roles) })}</span>
          ) : null}
          {right.grants.length > 0 ? <span className="text-muted">{t("byGrant")}</span> : null}
        </p>
        {right.rolesThatWould.length > 0 ? (
          <p>
            {t("why.no-role", {
              roles: format.list(right.rolesThatWould, { type: "disjunction" }),
            })}
          </p>
        ) : null}
        {right.demands.length > 0 ? (
          <ul className="list-disc ps-5">
            {right.demands.map((demand) => (
              <li key={demand.code}>
                <DemandText demand={demand} />
              </li>
            ))}
          </ul>
        ) : null}
        {right.verdict !== "no" || right.grants.length > 0 || right.roles.length > 0
          ? right.places?.map((place) => (
              <div key={place.environment} className="flex flex-wrap items-baseline gap-x-3">
                <Status
                  tone={place.isAllowed ? "ok" : "unknown"}
                  look="plain"
                  {...(place.isAllowed ? {} : { icon: CircleMinus })}
                >
                  {placeName(place.environment)}
                </Status>
                <ul className="flex min-w-0 flex-wrap gap-x-3 text-muted">
                  {place.demands.map((demand) => (
                    <li key={demand.code} className="break-words">
                      <DemandText demand={demand} />
                    </li>
                  ))}
                </ul>
              </div>
            ))
          : null}
        {askable.length > 0 ? (
          <p className="text-info">
            {t("mayAsk", {
              environments: format.list(askable.map(({ environment }) => placeName(environment))),
            })}
          </p>
        ) : null}
      </div>
    </li>
  );
}
