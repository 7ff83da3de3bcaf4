"use client";
import { useTranslations } from "next-intl";
import { isWorded, type Problem } from "./problem.ts";

/** The sentence for a problem, in the reader's language where the case allows. */
export function useProblemText(): (problem: Problem) => string {
  const t = useTranslations("common.problems");
  return ({ code, message }) => (isWorded(code) ? t(code) : message);
}
