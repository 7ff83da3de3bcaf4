"use client";
import { useTranslations } from "next-intl";
import type { Said } from "#server/platform/errors/said.ts";
import type { Problem } from "./problem.ts";

/**
 * The sentence for a problem, in the reader's language: by its code, by what the server says of this
 * very case, else in the server's own words.
 */
export function useProblemText(): (problem: Problem) => string {
  const t = useTranslations();
  // Which keys there are is known when it is run; `has` keeps to them.
  const words = (key: string, args?: object) =>
    t.has(key as never) ? t(key as never, args as never) : null;
  const sentence = (said: string | Said): string | null => {
    if (typeof said === "string") return said;
    const { key, args, parts = {} } = said;
    const whole: Record<string, unknown> = { ...args };
    for (const name in parts) whole[name] = parts[name]?.map(sentence).join(t("refusals.between"));
    return words(`refusals.${key}`, whole) ?? words(key, whole);
  };
  return ({ code, message, said }) =>
    words(`common.problems.${code}`) ?? (said && sentence(said)) ?? message;
}
