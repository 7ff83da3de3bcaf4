import { type Problem, problemOf } from "#components/problem/problem.ts";

export interface Refusal {
  /** The last part of the field at fault: `rotator.target.host` is `host`. */
  field: string | undefined;
  /** The whole of it. */
  path: string | undefined;
  text: string;
}

/** Why something was refused, with what to do next, and the field it is about. */
export function refusalOf(error: unknown, textOf: (problem: Problem) => string): Refusal {
  const problem: Problem & { field?: string; remedy?: string } = problemOf(error);
  const text = [textOf(problem), problem.remedy].filter(Boolean).join(" ");
  return { field: problem.field?.split(".").at(-1), path: problem.field, text };
}
