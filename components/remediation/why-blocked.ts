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

/** Why something is not remedied, in the reader's words; a code without words is shown as it is. */
export function useWhyBlocked(): (code: string) => string {
  const t = useTranslations("remediation");
  return (code) => {
    const known = KNOWN.find((each) => each === code);
    return known ? t(`blocked.${known}`) : t("code", { code });
  };
}
