"use client";
import { useTranslations } from "next-intl";

/** The reasons that have words; another source's own code is shown as it is. */
const WORDED = [
  "refreshed",
  "not-refreshed",
  "refresh-failed",
  "snapshot-older",
  "pods-started-after",
  "pods-older",
  "no-pods",
  "rolled-out-after",
  "reads-files-live",
  "secret-not-refreshed",
  "secret-unknown",
  "pods-not-listed",
  "reports-new",
  "reports-older",
  "report-late",
  "version-unknown",
  "no-source",
  "read-in-part",
  "cluster-absent",
  "cluster-unreadable",
  "cluster-too-large",
  "lease-live",
  "lease-renewed",
  "lease-idle",
  "lease-over",
  "vault-unreachable",
  "vault-sealed",
  "vault-permission-denied",
  "value-missing",
  "target-unknown",
  "target-refused",
] as const;

/** Why a consumer is in its state, in the reader's words. */
export function useConsumerReason(): (reason: string) => string {
  const t = useTranslations("consumers.reason");
  return (reason) => {
    const known = WORDED.find((each) => each === reason);
    return known ? t(known) : reason;
  };
}
