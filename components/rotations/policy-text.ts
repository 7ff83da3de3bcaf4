"use client";
import { useLocale, useTranslations } from "next-intl";
import { durationText } from "#components/time/duration-text.ts";
import type { SecretRule } from "#server/features/rotation/rules.ts";

/** The rule of a credential in a few words. */
export function usePolicyText(): (rule: SecretRule) => string {
  const t = useTranslations("rotations.policy");
  const locale = useLocale();
  return (rule) => {
    if (rule.managedBy !== "console") return t(rule.managedBy);
    if (rule.requireApproval.length > 0) return t("byApproval");
    if (rule.maxTtlSeconds === null) return t("none");
    const limit = durationText(rule.maxTtlSeconds, locale);
    return t(rule.autoRotate ? "automatic" : "byHand", { limit });
  };
}
