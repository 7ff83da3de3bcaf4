"use client";
import { useLocale, useTranslations } from "next-intl";
import type { DecisionSummary } from "#server/features/policy/schema.ts";

/** How decisions are told of: the act, who decided, and names without their types' syntax. */
export function useDecisionWords() {
  const t = useTranslations("decisions");
  const locale = useLocale();
  return {
    /** What a rule says: by its own file, whose language is English, else as it was shipped. */
    reason({ policyId, words }: { policyId: string; words: string }): string {
      const key = `reason.${policyId as "permit-rotate-secret"}` as const;
      return (locale === "en" && words !== policyId) || !t.has(key) ? words : t(key);
    },
    act(action: string): string {
      const key = `action.${action as "RotateSecret"}` as const;
      return t.has(key) ? t(key) : action;
    },
    engine({ engine, engineVersion }: Pick<DecisionSummary, "engine" | "engineVersion">): string {
      return engine === "authzen"
        ? t("by.authzen", { engine: engineVersion.replace(/,? Cedar.*$/, "") })
        : t("by.cedar");
    },
    /** `User::"[\"issuer\",\"subject\"]"` as `subject`. */
    name(uid: string): string {
      const at = uid.indexOf("::");
      const id = JSON.parse(uid.slice(at + 2)) as string;
      if (!id.startsWith("[")) return id;
      const parts = JSON.parse(id) as unknown;
      return Array.isArray(parts) && typeof parts[1] === "string" ? parts[1] : id;
    },
  };
}
