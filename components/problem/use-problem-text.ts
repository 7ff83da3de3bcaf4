"use client";
import { useTranslations } from "next-intl";
import { isWorded, type Problem } from "./problem.ts";

/**
 * The sentence for a problem, in the reader's language: by its code, by what the server says of this
 * very case, else in the server's own words.
 */
export function useProblemText(): (problem: Problem) => string {
  const t = useTranslations();
  return ({ code, message, said }) => {
    if (isWorded(code)) return t(`common.problems.${code}`);
    if (!said) return message;
    // Which keys there are is known when it is run; `has` keeps to them.
    const key = said.key.startsWith("queryProblems.") ? said.key : `refusals.${said.key}`;
    return t.has(key as never) ? t(key as never, said.args as never) : message;
  };
}
