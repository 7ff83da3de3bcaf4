"use client";
import { useTranslations } from "next-intl";

const WORDED = [
  "no-audit-device",
  "audit-log-not-whole",
  "audit-log-not-readable",
  "permission-denied",
  "sealed",
  "unreachable",
  "not-offered",
  "store-not-asked",
  "value-missing",
] as const;

/** Why a source could not be asked, in the reader's words; a code without words is shown as it is. */
export function useSourceReason(): (reason: string) => string {
  const t = useTranslations("incidents.sourceReason");
  return (reason) => {
    const known = WORDED.find((each) => each === reason.replace(/^(vault|target)-/, ""));
    return known ? t(known) : reason;
  };
}
