"use client";
import { useTranslations } from "next-intl";

const KNOWN = [
  "secret",
  "hidden-value",
  "no-object",
  "not-comparable",
  "made-by-controller",
  "switched-off",
  "desired-changed",
  "already-mended",
  "leftover",
  "dry-run-refused",
  "rejected",
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
