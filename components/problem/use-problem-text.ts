"use client";
import { useTranslations } from "next-intl";
import { isWorded, type Problem } from "./problem.ts";

/**
 * The sentence for a problem, in the reader's language: by its code, by what the server says of this
 * very case, else in the server's own words.
 */
export function useProblemText(): (problem: Problem) => string {
  const t = useTranslations("common.problems");
  const refusals = useTranslations("refusals");
  return ({ code, message, said }) => {
    if (isWorded(code)) return t(code);
    // Which keys there are is known when it is run; `has` keeps to them.
    const key = said?.key as Parameters<typeof refusals.has>[0] | undefined;
    return key && refusals.has(key) ? refusals(key, said?.args as never) : message;
  };
}
