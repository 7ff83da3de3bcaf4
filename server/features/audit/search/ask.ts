import "server-only";
import { analyzeQuery } from "#server/engines/query-language/analyze-query.ts";
import type { Condition } from "#server/engines/query-language/condition.ts";
import { type Problem, problem } from "#server/engines/query-language/problem.ts";
import type { Caller } from "#server/platform/actor.ts";
import { type TenantTx, withTenant } from "#server/platform/db/tenant-transaction.ts";
import { env } from "#server/platform/env/env.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { recordSearch } from "../verbs/record-search.ts";
import { plainPage } from "./plain-page.ts";
import {
  FACETS,
  type OverviewInput,
  type SearchInput,
  type SearchOverview,
  type SearchPage,
} from "./schema.ts";
import { SearchClock, SearchStopped } from "./search-clock.ts";
import { type SearchMeans, searchEvents } from "./search-events.ts";
import { searchOverview } from "./search-overview.ts";
import { segmentsInForce } from "./segment-rows.ts";
import { readTailKeys } from "./tail-keys.ts";

/** A page of a search, which is noted in the log itself. */
export async function askEvents(caller: Caller, input: SearchInput): Promise<SearchPage> {
  const { tenant } = caller;
  const note = noteSearch(caller, input.query, input.isTail ? "tail" : "search");
  const asked = await inQuery(caller, input.query, note, (tx) => {
    if (input.query.trim() === "") {
      const page = plainPage(tx, tenant, input);
      page.catch(() => undefined);
      return () => page;
    }
    const means = sendAhead(tx, tenant);
    return (condition, clock) => searchEvents(tx, tenant, condition, input, { ...means, clock });
  });
  const none = { events: [], olderCursor: null, newerCursor: null, notYetSearchable: 0 };
  return { ...(asked.found ?? none), ...said(asked) };
}

/** Counts of a search, which belongs to the same search as its pages. */
export async function askOverview(caller: Caller, input: OverviewInput): Promise<SearchOverview> {
  const { tenant } = caller;
  const note = noteSearch(caller, input.query, "search");
  const asked = await inQuery(caller, input.query, note, (tx) => {
    const means = sendAhead(tx, tenant);
    return (condition, clock) => searchOverview(tx, tenant, condition, input, { ...means, clock });
  });
  const nothing = new Date(asked.asOf.getTime());
  const none = {
    total: 0,
    facets: Object.fromEntries(
      FACETS.map((facet) => [facet, []]),
    ) as unknown as SearchOverview["facets"],
    histogram: { from: nothing, until: nothing, barMillis: 1, counts: [] },
    notYetSearchable: 0,
  };
  return { ...(asked.found ?? none), ...said(asked) };
}

interface Asked<Found> {
  /** Undefined: the query could not be run, or was stopped; a problem says why. */
  found: Found | undefined;
  problems: readonly Problem[];
  asOf: Date;
}

function said({ found, problems, asOf }: Asked<unknown>) {
  return { isRun: found !== undefined, problems: problems.map(toProblem), asOf };
}

/** What was found, once `note` is kept: it takes its time beside the search, and nobody gets an answer without it. */
async function inQuery<Found>(
  caller: Caller,
  query: string,
  note: Promise<void>,
  begin: Begin<Found>,
): Promise<Asked<Found>> {
  const [noted, asked] = await Promise.allSettled([note, inOneState(caller, query, begin)]);
  if (noted.status === "rejected") throw noted.reason;
  if (asked.status === "rejected") throw asked.reason;
  return asked.value;
}

/** Sends what is asked for in any case, and gives what finds the rest. */
type Begin<Found> = (tx: TenantTx) => (condition: Condition, clock: SearchClock) => Promise<Found>;

/**
 * One transaction and one state, so that index and log fit together; times like `since:7d` count from
 * the database's clock (law 8). What takes too long is stopped, and told as a problem of the query.
 */
async function inOneState<Found>(
  caller: Caller,
  query: string,
  begin: Begin<Found>,
): Promise<Asked<Found>> {
  const limitMillis = env().SEARCH_TIMEOUT_MILLIS;
  const clock = new SearchClock(limitMillis);
  let asked: Asked<Found> = { found: undefined, problems: [], asOf: new Date() };
  try {
    return await withTenant(
      caller.tenant,
      "tenant",
      async (tx) => {
        // What is asked for in any case is sent together with the transaction's beginning.
        const run = begin(tx);
        const asOf = await tx.startedAt();
        const { condition, problems } = analyzeQuery(query, { now: asOf.getTime() });
        asked = { found: undefined, problems, asOf };
        if (!condition) return asked;
        return { ...asked, found: await run(condition, clock) };
      },
      { snapshot: true, timeoutMillis: limitMillis },
    );
  } catch (error) {
    const stopped = stoppedBy(error, clock);
    if (!stopped) throw error;
    const whole = { from: 0, to: query.length };
    return { ...asked, problems: [problem(stopped.code, whole, stopped.args), ...asked.problems] };
  }
}

function sendAhead(tx: TenantTx, tenant: AuthorizedTenantId): SearchMeans {
  const inForce = segmentsInForce(tx, tenant);
  inForce.catch(() => undefined);
  return { inForce, tail: readTailKeys(tx, tenant) };
}

/** What gave the search up: its own clock, or the limit of its statements (SQLSTATE 57014). */
function stoppedBy(error: unknown, clock: SearchClock): SearchStopped | undefined {
  if (error instanceof SearchStopped) return error;
  return (error as { code?: unknown }).code === "57014" ? clock.stopped() : undefined;
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
