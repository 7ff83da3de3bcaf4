"use client";
import { useTranslations } from "next-intl";

const FAILURES = [
  "unreachable",
  "permission_denied",
  "not_found",
  "outcome_unknown",
  "not-configured",
  "not-read",
] as const;
const TROUBLES = [
  "unreachable",
  "outcome_unknown",
  "not_found",
  "invalid",
  "not-direct",
  "not-allowed",
  "still-there",
] as const;

function known<Code extends string>(codes: readonly Code[], code: string): Code | "other" {
  return codes.find((each) => each === code) ?? "other";
}

/** Codes of what went wrong at the identity provider, in words. */
export function useReviewWords() {
  const t = useTranslations("reviews");
  return {
    failure: (code: string | null) => t(`directory.failure.${known(FAILURES, code ?? "")}`),
    trouble: (code: string | null) => t(`matrix.trouble.${known(TROUBLES, code ?? "")}`),
  };
}
