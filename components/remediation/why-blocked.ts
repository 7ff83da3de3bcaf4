"use client";
import { useTranslations } from "next-intl";
import { REMEDIATION_REFUSALS } from "#server/engines/remediation/plan-remediation.ts";

/** What a plan is refused for, and what else holds it back. */
const KNOWN = [
  ...REMEDIATION_REFUSALS,
  "in-progress",
  "resolved",
  "suppressed",
  "no-scope",
] as const;

const TROUBLES = [
  "worker-gone",
  "not-automatic",
  "not-approved",
  "limit",
  "breaker-open",
  "away",
  "changed",
  "changed-by-others",
  "changed-meanwhile",
  "worse",
  "not-seen",
  "refused",
  "unknown",
] as const;

/** Why something is not remedied, in the reader's words; a code without words is shown as it is. */
export function useWhyBlocked(): (code: string) => string {
  const t = useTranslations("remediation");
  return (code) => {
    const known = KNOWN.find((each) => each === code);
    if (known) return t(`blocked.${known}`);
    const trouble = TROUBLES.find((each) => each === code);
    return trouble ? t(`trouble.${trouble}`) : t("code", { code });
  };
}
