"use client";
import { useLocale, useTranslations } from "next-intl";
import { durationText } from "#components/time/duration-text.ts";
import type { ElevationPolicySpec } from "#server/features/elevation/elevation-policy-spec.ts";
import { projectionWords } from "./projection-words.ts";
import { useScopeWords } from "./use-scope-words.ts";

/** What an environment's elevation policy says, as sentences. */
export function OfferSentences({ policy }: { policy: ElevationPolicySpec }) {
  const t = useTranslations("access.offers");
  const places = useTranslations("access.projection");
  const locale = useLocale();
  const words = useScopeWords();
  const groups = policy.groups.map(({ role, count }) => t("group", { role, count })).join(" + ");
  const { level, whenApproving, whenAsking } = policy.stepUp;
  return (
    <div className="flex flex-col gap-2 text-sm">
      <ul className="flex flex-col gap-1">
        {policy.offers.map((offer) => (
          <li key={JSON.stringify(offer)} className="break-words">
            <bdi dir="ltr" className="font-mono text-xs">
              {offer.roles.join(", ")}
            </bdi>
            {": "}
            {offer.scopes.map(words).join(" · ")}
          </li>
        ))}
      </ul>
      <p>
        {t("most", {
          duration: durationText(policy.maxDurationSeconds, locale),
          count: policy.maxLivePerPerson,
        })}{" "}
        {policy.maxAheadSeconds > 0
          ? t("ahead", { duration: durationText(policy.maxAheadSeconds, locale) })
          : t("notAhead")}{" "}
        {t("approvers", { groups })} {t(`stepUp.${level}`)}
        {level !== "none" && whenApproving ? ` ${t("approving")}` : ""}
        {level !== "none" && whenAsking ? ` ${t("asking")}` : ""}
        {policy.projections.length > 0
          ? ` ${t("projected", {
              targets: policy.projections
                .map(({ kind, ...target }) => projectionWords(places, kind, target))
                .join(" · "),
            })}`
          : ""}
      </p>
    </div>
  );
}
