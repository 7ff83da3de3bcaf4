import "server-only";
import { type AnalyzedQuery, analyzeQuery } from "#server/engines/query-language/analyze-query.ts";
import type { Condition } from "#server/engines/query-language/condition.ts";
import type { Problem } from "#server/engines/query-language/problem.ts";
import type { Caller } from "#server/platform/actor.ts";
import { type TenantTx, withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { recordSearch } from "../verbs/record-search.ts";
import type { OverviewInput, SearchInput, SearchOverview, SearchPage } from "./schema.ts";
import { searchEvents } from "./search-events.ts";
import { searchOverview } from "./search-overview.ts";

/** A page of a search, after the search was noted in the log itself. */
export async function askEvents(caller: Caller, input: SearchInput): Promise<SearchPage> {
  await noteSearch(caller, input.query, input.isTail ? "tail" : "search");
  return inQuery(caller, input.query, async (tx, asOf, { condition, problems }) => {
    const shown = problems.map(toProblem);
    if (!condition) {
      const none = { events: [], olderCursor: null, newerCursor: null, notYetSearchable: 0 };
      return { ...none, isRun: false, problems: shown, asOf };
    }
    const page = await searchEvents(tx, caller.tenant, condition, input);
    return { ...page, isRun: true, problems: shown, asOf };
  });
}

/** Counts of a search, which belongs to the same search as its pages. */
export async function askOverview(caller: Caller, input: OverviewInput): Promise<SearchOverview> {
  await noteSearch(caller, input.query, "search");
  return inQuery(caller, input.query, async (tx, asOf, { condition, problems }) => {
    const shown = problems.map(toProblem);
    const { isRun, of }: { isRun: boolean; of: Condition } = condition
      ? { isRun: true, of: condition }
      : { isRun: false, of: { kind: "or", of: [] } };
    const overview = await searchOverview(tx, caller.tenant, of, input);
    return { ...overview, isRun, problems: shown, asOf };
  });
}

/** One transaction and one state, so that index and log fit together; times like `since:7d` count from the database's clock (law 8). */
function inQuery<Result>(
  caller: Caller,
  query: string,
  run: (tx: TenantTx, asOf: Date, analyzed: AnalyzedQuery) => Promise<Result>,
): Promise<Result> {
  return withTenant(
    caller.tenant,
    "tenant",
    async (tx) => {
      const asOf = await tx.startedAt();
      return run(tx, asOf, analyzeQuery(query, { now: asOf.getTime() }));
    },
    { snapshot: true },
  );
}

const NOTED_MILLIS = 60_000;
const noted = new Map<string, number>();

/** Asks the database at most once a minute whether the same search was noted already. */
async function noteSearch(caller: Caller, query: string, act: "search" | "tail"): Promise<void> {
  const { actor, tenant } = caller;
  const who =
    actor.kind === "user" || actor.kind === "service"
      ? `${actor.issuer}|${actor.subject}`
      : actor.kind;
  const key = JSON.stringify([tenant, who, act, query]);
  const now = performance.now();
  if ((noted.get(key) ?? Number.NEGATIVE_INFINITY) > now - NOTED_MILLIS) return;
  await runVerb(recordSearch, caller, { query, act });
  if (noted.size > 5_000) noted.clear();
  noted.set(key, now);
}

function toProblem({ fix, ...problem }: Problem) {
  return { ...problem, args: { ...problem.args }, fix: fix ?? null };
}
