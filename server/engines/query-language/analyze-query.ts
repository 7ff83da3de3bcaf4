import type { CheckContext } from "./check-context.ts";
import { checkQuery } from "./check-query.ts";
import type { Condition } from "./condition.ts";
import { MAX_PROBLEMS } from "./limits.ts";
import { parseQuery } from "./parse-query.ts";
import type { Problem } from "./problem.ts";
import type { QueryNode } from "./query-node.ts";

/** What was not even looked at must not be lost among other mistakes. */
const BOUNDS: ReadonlySet<string> = new Set(["too_long", "too_deep", "too_many"]);

export interface AnalyzedQuery {
  /** What was understood, errors or not. */
  readonly node: QueryNode | null;
  /** What can be run; null when there is an error. */
  readonly condition: Condition | null;
  /** In the order of the text. */
  readonly problems: readonly Problem[];
}

/** Reads and checks a query: form and meaning, every problem with its place. Never throws. */
export function analyzeQuery(text: string, context: CheckContext): AnalyzedQuery {
  const parsed = parseQuery(text);
  const checked = checkQuery(parsed.node, context);
  const inOrder = [...parsed.problems, ...checked.problems].sort(
    (a, b) => a.from - b.from || a.to - b.to,
  );
  const rank = ({ code, severity }: Problem) =>
    BOUNDS.has(code) ? 0 : severity === "error" ? 1 : 2;
  const shown = new Set(inOrder.toSorted((a, b) => rank(a) - rank(b)).slice(0, MAX_PROBLEMS));
  const problems = inOrder.filter((found) => shown.has(found));
  const isBroken = parsed.problems.some(({ severity }) => severity === "error");
  return { node: parsed.node, condition: isBroken ? null : checked.condition, problems };
}
