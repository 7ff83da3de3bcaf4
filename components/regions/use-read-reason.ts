"use client";
import { useTranslations } from "next-intl";

const REASONS = [
  "not-read-yet",
  "not-configured",
  "sealed",
  "standby",
  "permission_denied",
  "rate_limited",
  "unreachable",
] as const;

/** Why it is not known which version a region has, in words. */
export function useReadReason(): (reason: string) => string {
  const t = useTranslations("regions.readReasons");
  return (reason) => {
    const known = REASONS.find((each) => each === reason);
    return t(known ?? "other");
  };
}
