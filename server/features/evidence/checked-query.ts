import "server-only";
import { analyzeQuery } from "#server/engines/query-language/analyze-query.ts";
import type { Condition } from "#server/engines/query-language/condition.ts";
import { saidOf } from "#server/engines/query-language/said-of.ts";
import { AppError } from "#server/platform/errors/app-error.ts";

/** What a query means at a time; throws `invalid` with the first mistake and its remedy. */
export function checkedQuery(query: string, asOf: Date): Condition {
  const { condition, problems } = analyzeQuery(query, { now: asOf.getTime() });
  if (condition) return condition;
  const mistake = problems.find(({ severity }) => severity === "error");
  throw new AppError("invalid", `query: ${mistake?.message ?? "it can't be read"}`, {
    field: "query",
    ...(mistake ? { said: saidOf(mistake) } : {}),
    remedy: mistake?.remedy ?? "Correct the query on the audit page, where its mistakes are shown.",
  });
}
