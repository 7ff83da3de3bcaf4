"use client";
import { useLocale, useTranslations } from "next-intl";
import { durationText } from "#components/time/duration-text.ts";
import type {
  EnvironmentPolicySpec,
  EnvironmentView,
} from "#server/features/deployments/schema.ts";

import { useSupplyChainSentences } from "./use-supply-chain-sentences.ts";

interface PolicySentencesProps {
  environment: EnvironmentView["environment"];
  policy: EnvironmentPolicySpec;
}

/** A policy as it reads aloud: one sentence for each thing that it demands. */
export function PolicySentences({ environment, policy }: PolicySentencesProps) {
  const t = useTranslations("environments");
  const names = useTranslations("deployments.environment");
  const locale = useLocale();
  const list = new Intl.ListFormat(locale, { type: "conjunction" });
  const groups = policy.groups.filter(({ count }) => count > 0);
  const supplyChain = useSupplyChainSentences(policy);
  const people = groups.reduce((sum, { count }) => sum + count, 0);
  const sentences = [
    t(people === 1 ? "sentence.needsOne" : "sentence.needs", {
      environment: names(environment),
      groups: list.format(groups.map((group) => t("sentence.group", group))),
    }),
    t("sentence.unknown"),
    ...(policy.windows.length === 0 ? [t("sentence.always")] : []),
    ...policy.windows.map(({ days, start, end, timeZone }) =>
      t("sentence.window", {
        days: list.format(dayNames(days, locale)),
        start,
        end,
        zone: timeZone,
      }),
    ),
    policy.waitingSeconds > 0
      ? t("sentence.waits", { time: durationText(policy.waitingSeconds, locale) })
      : t("sentence.noWait"),
    t("sentence.expires", { time: durationText(policy.expirySeconds, locale) }),
    t("sentence.report", { time: durationText(policy.reportWithinSeconds ?? 3_600, locale) }),
    t("sentence.registries", { registries: list.format(policy.trustedRegistries) }),
    policy.provenance === "none"
      ? t("sentence.provenanceNone")
      : t("sentence.provenance", { level: t(`level.${policy.provenance}`) }),
    ...supplyChain,
    ...((policy.stepUp ?? "none") === "none"
      ? []
      : [t(`sentence.stepUp.${policy.stepUp as "mfa"}`)]),
    ...(policy.requiresElevation ? [t("sentence.elevation")] : []),
    t(policy.supersedesWaiting ? "sentence.supersedes" : "sentence.keepsWaiting"),
  ];
  return (
    <ul className="wrap-anywhere list-disc ps-5 text-sm">
      {sentences.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  );
}

/** ISO days (1 is Monday) in words. 2024-01-01 was a Monday. */
export function dayNames(days: readonly number[], locale: string): string[] {
  const format = new Intl.DateTimeFormat(locale, { weekday: "long", timeZone: "UTC" });
  return days.map((day) => format.format(new Date(Date.UTC(2024, 0, day))));
}
