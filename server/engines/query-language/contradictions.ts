import type { Condition } from "./condition.ts";
import { problem, type Report } from "./problem.ts";
import type { QueryNode } from "./query-node.ts";

/**
 * Warns where conditions joined by AND exclude each other: two outcomes of one event, or times that
 * do not meet. `parts` and `conditions` go together; undefined is a part that had an error.
 */
export function contradictions(
  parts: readonly QueryNode[],
  conditions: readonly (Condition | undefined)[],
  report: Report,
): void {
  const required = new Map<string, string>();
  const intervals = new Map<
    string,
    { from: bigint | number | null; until: bigint | number | null }
  >();
  conditions.forEach((condition, at) => {
    const part = parts[at];
    if (!condition || part?.kind !== "field") return;
    const field = part.field.name;
    if (condition.kind === "equals") {
      const earlier = required.get(condition.column);
      if (earlier !== undefined && earlier !== condition.value) {
        report(problem("contradiction", part, { field }));
      } else required.set(condition.column, condition.value);
    } else if (condition.kind === "time" || condition.kind === "index") {
      const earlier = intervals.get(condition.kind) ?? { from: null, until: null };
      const from = later(earlier.from, condition.from);
      const until =
        earlier.until === null || (condition.until !== null && condition.until < earlier.until)
          ? condition.until
          : earlier.until;
      if (from !== null && until !== null && from >= until) {
        report(problem("contradiction", part, { field: condition.kind, order: "yes" }));
      } else intervals.set(condition.kind, { from, until });
    }
  });
}

function later<Order extends bigint | number>(a: Order | null, b: Order | null): Order | null {
  if (a === null || b === null) return a ?? b;
  return b > a ? b : a;
}
