"use client";
import { useTranslations } from "next-intl";
import { isolated } from "#server/engines/words/isolated.ts";

/** Everything that blocks an act, in the reader's language; what has no words here is told as it was said. */
export function useBlockerWords(): (
  blockers: readonly { readonly code: string; readonly words: string }[],
) => string {
  const t = useTranslations("refusals");
  return (blockers) =>
    blockers
      .map(({ code, words }) => {
        // Which rules have words is known when it is run; `has` keeps to them.
        const key = `because.${code}` as "because.policy-error";
        const error = /\((.*)\)$/s.exec(words)?.[1] ?? words;
        return t.has(key) ? t(key, { error: isolated(error) }) : isolated(words);
      })
      .join(t("between"));
}
