import "server-only";
import { analyzeQuery } from "#server/engines/query-language/analyze-query.ts";
import { saidOf } from "#server/engines/query-language/said-of.ts";
import { AppError } from "#server/platform/errors/app-error.ts";

/** Throws `invalid` with the first mistake of a query, where it stands, and how to mend it. */
export function refuseBadQuery(query: string, now: Date): void {
  const { condition, problems } = analyzeQuery(query, { now: now.getTime() });
  if (condition) return;
  const mistake = problems.find(({ severity }) => severity === "error");
  throw new AppError(
    "invalid",
    `query: ${mistake?.message ?? "can't be run"} (at ${(mistake?.from ?? 0) + 1})`,
    { field: "query", ...(mistake ? { said: saidOf(mistake), remedy: mistake.remedy } : {}) },
  );
}
