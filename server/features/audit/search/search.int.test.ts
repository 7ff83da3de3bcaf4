import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { analyzeQuery } from "#server/engines/query-language/analyze-query.ts";
import { evaluateQuery } from "#server/engines/query-language/evaluate-query.ts";
import type { QueryEvent } from "#server/engines/query-language/query-event.ts";
import {
  arbitraryEvent,
  arbitraryQuery,
} from "#server/engines/query-language/testing/arbitrary-search.ts";
import {
  compareBytes,
  encodePage,
  type PageEntry,
  scanPage,
} from "#server/engines/search-index/term-page.ts";
import { segmentCipher } from "#server/platform/audit/index-cipher.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { env } from "#server/platform/env/env.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { createCallerFactory } from "#server/trpc/init.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { EVENT_COLUMNS, EVENT_JOINS, type EventRow } from "../event-row.ts";
import { auditRouter } from "../router.ts";
import { sealPendingAudit } from "../sealing/seal-pending-audit.ts";
import { asSuperuser } from "../testing/as-superuser.ts";
import { emitIn, freshTenant } from "../testing/audit-fixture.ts";
import { closeConnections } from "../testing/close-connections.ts";
import { signedIn } from "../testing/signed-in.ts";
import { indexTenant, tidyIndex } from "./indexing/index-tenant.ts";
import { storePages } from "./indexing/store-segment.ts";
import { unpackPage } from "./packed-pages.ts";
import { queryEventOf } from "./query-event-of.ts";
import { SearchClock } from "./search-clock.ts";
import { searchEvents } from "./search-events.ts";
import { searchOverview } from "./search-overview.ts";
import { nameOf, placeOf, segmentsInForce } from "./segment-rows.ts";

afterAll(closeConnections);
const as = createCallerFactory(auditRouter);

/** Emits events of the language's own test vocabulary. */
async function emitSample(tenant: AuthorizedTenantId, count: number, seed: number): Promise<void> {
  const sample = fc.sample(arbitraryEvent, { numRuns: count, seed });
  for (let from = 0; from < count; from += 500) {
    await withTenant(tenant, "tenant", async (tx) => {
      for (const event of sample.slice(from, from + 500)) {
        await emitIn(
          tx,
          tenant,
          {
            type: event.type.startsWith("runtime.")
              ? (event.type as "runtime.a.b")
              : "runtime.access.denied",
            subject: event.subject,
            outcome: event.outcome as "succeeded",
            payload: event.payload as Record<string, JsonValue>,
          },
          userOf(tenant, event.actorNames[0] ?? "officer"),
        );
      }
    });
  }
}

async function sealAll(tenant: AuthorizedTenantId): Promise<void> {
  while ((await sealPendingAudit(tenant))?.sealed) {}
}

async function indexAll(tenant: AuthorizedTenantId): Promise<void> {
  while (await indexTenant(tenant)) {}
}

/** Every event as the language sees it, in the order of pages. */
function everything(tenant: AuthorizedTenantId): Promise<QueryEvent[]> {
  return withTenant(tenant, "tenant", async (tx) => {
    const rows = await tx.query<EventRow>(
      `SELECT ${EVENT_COLUMNS} FROM audit_event e ${EVENT_JOINS} WHERE e.tenant_id = $1
       ORDER BY l.leaf_index DESC NULLS FIRST, e.event_id DESC`,
      [tenant],
    );
    return rows.map((row) => queryEventOf(tenant, row));
  });
}

const queries = (count: number, seed: number) =>
  fc.sample(arbitraryQuery, { numRuns: count, seed }).flatMap((query) => {
    const { condition } = analyzeQuery(query, { now: Date.now() });
    return condition ? [{ query, condition }] : [];
  });

async function expectAllSame(tenant: AuthorizedTenantId, seed: number): Promise<void> {
  const all = await everything(tenant);
  let hits = 0;
  for (const { query, condition } of queries(60, seed)) {
    const expected = all.filter((event) => evaluateQuery(condition, event));
    hits += expected.length;
    const { page, overview } = await withTenant(tenant, "tenant", async (tx) => ({
      page: await searchEvents(tx, tenant, condition, {
        direction: "older",
        limit: 40,
        at: undefined,
        cursor: undefined,
      }),
      overview: await searchOverview(tx, tenant, condition, { bars: 30 }),
    }));
    expect(
      page.events.map((event) => event.eventId),
      query,
    ).toEqual(expected.slice(0, 40).map((event) => event.eventId));
    expect(overview.total, query).toBe(expected.length);
    expect(overview.histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(expected.length);
    for (const outcome of ["succeeded", "denied", "failed"]) {
      const counted = overview.facets.outcome?.find((each) => each.value === outcome)?.count ?? 0;
      expect(counted, query).toBe(expected.filter((event) => event.outcome === outcome).length);
    }
    const { from, barMillis, counts } = overview.histogram;
    for (const [bar, count] of counts.entries()) {
      const begin = from.getTime() + bar * barMillis;
      const within = expected.filter(
        ({ recordedAt }) =>
          recordedAt.getTime() >= begin && recordedAt.getTime() < begin + barMillis,
      );
      expect(within.length).toBe(count);
    }
  }
  expect(hits).toBeGreaterThan(1_000);
}

/** As many short prefixes as a query has room for, each negated. */
const CATASTROPHIC = Array.from({ length: 150 }, (_, at) => {
  const from = at % 20;
  return `-payload.f${at % 7}:${"abcdefghijklmnopqrstuvw".slice(from, from + 3)}*`;
}).join(" OR ");

describe("a log of segments of every kind", () => {
  const tenant = freshTenant();
  beforeAll(async () => {
    // A full segment of the middle level, some of the lowest, a growing one, sealed and unsealed ones.
    // The first ones come in small numbers: what is merged was made one small segment after the other.
    await emitSample(tenant, 300, 4);
    await sealAll(tenant);
    await indexAll(tenant);
    await emitSample(tenant, 4_096 + 400, 1);
    await sealAll(tenant);
    await indexAll(tenant);
    await emitSample(tenant, 40, 2);
    await sealAll(tenant);
    await emitSample(tenant, 30, 3);
  }, 120_000);

  test("its segments are merged, and cover each leaf once", async () => {
    const segments = await withTenant(tenant, "tenant", (tx) => segmentsInForce(tx, tenant));
    expect(segments.map(({ level, number, width }) => [level, number, width])).toEqual([
      [0, 18, 188],
      [0, 17, 256],
      [0, 16, 256],
      [1, 0, 4_096],
    ]);
  });

  test("pages, totals, facets and histogram are what the language means", async () => {
    await expectAllSame(tenant, 11);
  }, 120_000);

  test.each(["outcome:denied -key", ""])(
    "pages of %j meet every event once, either way",
    async (query) => {
      const { condition } = analyzeQuery(query, { now: Date.now() });
      if (!condition) throw new Error("the query is wrong");
      const expected = (await everything(tenant)).filter((event) =>
        evaluateQuery(condition, event),
      );
      const walk = async (direction: "older" | "newer", start: string | undefined) => {
        const seen: string[] = [];
        let cursor = start;
        for (;;) {
          const page = await withTenant(tenant, "tenant", (tx) =>
            searchEvents(tx, tenant, condition, { direction, limit: 70, cursor, at: undefined }),
          );
          const ids = page.events.map((event) => event.eventId);
          seen.push(...(direction === "older" ? ids : ids.toReversed()));
          const next = direction === "older" ? page.olderCursor : page.newerCursor;
          if (!next || ids.length === 0) return seen;
          cursor = next;
        }
      };
      const ids = expected.map((event) => event.eventId);
      expect(await walk("older", undefined)).toEqual(ids);
      expect(await walk("newer", "leaf:0")).toEqual(
        ids
          .filter((id) => id !== expected.find((event) => event.leafIndex === 0n)?.eventId)
          .toReversed(),
      );
    },
    60_000,
  );

  test("a search that takes too long is stopped, and says so beside the query", async () => {
    const found = await withTenant(tenant, "tenant", async (tx) => {
      const { condition } = analyzeQuery(CATASTROPHIC, { now: Date.now() });
      if (!condition) throw new Error("the query is wrong");
      const clock = new SearchClock(0);
      const asked = { direction: "older" as const, limit: 5, cursor: undefined, at: undefined };
      return Promise.allSettled([
        searchEvents(tx, tenant, condition, asked, { clock }),
        searchOverview(tx, tenant, condition, { bars: 10 }, { clock }),
      ]);
    });
    for (const each of found) {
      expect(each).toMatchObject({ status: "rejected", reason: { code: "too_slow" } });
    }
    // Whoever holds the rows up: a statement has its limit too, and the call answers within it.
    const limit = env().SEARCH_TIMEOUT_MILLIS;
    await asSuperuser(async (client) => {
      await client.query("BEGIN");
      await client.query("LOCK TABLE audit_segment IN ACCESS EXCLUSIVE MODE");
      const begun = performance.now();
      const page = await as(signedIn([tenant])).search({ query: "muscat" });
      expect(page).toMatchObject({ isRun: false, events: [], problems: [{ code: "too_slow" }] });
      expect(performance.now() - begun).toBeLessThan(limit * 2 + 10_000);
      await client.query("ROLLBACK");
    });
    const page = await as(signedIn([tenant])).search({ query: "muscat" });
    expect(page.isRun).toBe(true);
  }, 60_000);

  test("the worst that the language allows is answered or stopped within its time", async () => {
    const begun = performance.now();
    const page = await as(signedIn([tenant])).search({ query: CATASTROPHIC });
    expect(page.isRun || page.problems.some(({ code }) => code === "too_slow")).toBe(true);
    const [nested, broad] = [`${"(".repeat(60)}a${")".repeat(60)}`, "reason:* type:*"];
    for (const query of [nested, broad, "x ".repeat(300)]) {
      const refused = await as(signedIn([tenant])).search({ query });
      expect(refused.isRun, query).toBe(false);
      expect(refused.problems[0]?.remedy).not.toBe("");
    }
    expect(performance.now() - begun).toBeLessThan(env().SEARCH_TIMEOUT_MILLIS * 2 + 10_000);
  }, 60_000);

  test("a jump in time begins with the newest event at or before it", async () => {
    const all = await everything(tenant);
    const at = all[900]?.recordedAt as Date;
    const { events } = await as(signedIn([tenant])).search({ query: "", at, limit: 5 });
    expect(events[0]?.recordedAt.getTime()).toBeLessThanOrEqual(at.getTime());
    expect(events[0]?.recordedAt.getTime()).toBeGreaterThanOrEqual(at.getTime() - 2);
  });

  test("a segment with fewer pages is found in all the same, and spread over as many as a new one has", async () => {
    const place = { level: 1, number: 0, width: 4_096 };
    const pagesOf = () =>
      withTenant(tenant, "tenant", (tx) =>
        tx.query<{ page: number; bytes: Buffer }>(
          "SELECT page, bytes FROM audit_segment_page WHERE tenant_id = $1 AND level = 1 ORDER BY page",
          [tenant],
        ),
      );
    const before = await pagesOf();
    await withTenant(tenant, "worker", async (tx) => {
      const [segment] = (await segmentsInForce(tx, tenant)).filter((each) => each.level === 1);
      const cipher = segmentCipher(tenant, nameOf(place), segment?.wrappedKey ?? null);
      const wide = new Map<number, PageEntry[]>();
      for (const { page, bytes } of before) {
        const of = wide.get(page >> 2) ?? [];
        wide.set(page >> 2, of);
        scanPage(unpackPage(cipher.open(bytes, placeOf(place, page))), (key, postings) => {
          of.push({ key: key.slice(), postings: postings.slice() });
          return true;
        });
      }
      const pages = new Map(
        [...wide].map(([page, of]) => [
          page,
          encodePage(of.sort((a, b) => compareBytes(a.key, b.key))),
        ]),
      );
      await tx.query("DELETE FROM audit_segment_page WHERE tenant_id = $1 AND level = 1", [tenant]);
      await storePages(tx, tenant, place, { pages, cipher });
      await tx.query("UPDATE audit_segment SET pages = 64 WHERE tenant_id = $1 AND level = 1", [
        tenant,
      ]);
    });
    expect((await pagesOf()).length).toBeLessThanOrEqual(64);
    await expectAllSame(tenant, 12);
    expect(await tidyIndex(tenant)).toBeGreaterThan(0);
    expect((await pagesOf()).map(({ page }) => page)).toEqual(before.map(({ page }) => page));
    await expectAllSame(tenant, 12);
  }, 120_000);

  test("an index that was dropped is made anew, a whole segment at once, and says the same", async () => {
    await asSuperuser(async (client) => {
      await client.query("DELETE FROM audit_segment WHERE tenant_id = $1", [tenant]);
      await client.query("DELETE FROM audit_granule WHERE tenant_id = $1", [tenant]);
      await client.query("DELETE FROM audit_index_head WHERE tenant_id = $1", [tenant]);
    });
    await sealAll(tenant);
    expect(await indexTenant(tenant)).toBe(4_096);
    await indexAll(tenant);
    await expectAllSame(tenant, 12);
  }, 120_000);
});

test.each(["", "-nowhere"])(
  "who follows %j from an event that waited for its leaf misses none",
  async (query) => {
    const tenant = freshTenant();
    const reader = as(signedIn([tenant]));
    await emitSample(tenant, 5, 1);
    const { newerCursor: cursor } = await reader.search({ query });
    expect(cursor).toMatch(/^event:/);
    await emitSample(tenant, 7, 2);
    await sealAll(tenant);
    await indexAll(tenant);
    await emitSample(tenant, 3, 3);
    const idsOf = (page: { events: readonly { eventId: string }[] }) =>
      page.events.map((each) => each.eventId);
    const asked = { query, ...(cursor ? { cursor } : {}) };
    const newer = idsOf(await reader.search({ ...asked, direction: "newer" }));
    const older = idsOf(await reader.search({ ...asked, direction: "older" }));
    expect([...newer, cursor?.slice("event:".length), ...older]).toEqual(
      idsOf(await reader.search({ query })),
    );
  },
);

test("narrower versions are swept once they are old, and never the one in force", async () => {
  const tenant = freshTenant();
  for (const seed of [1, 2, 3]) {
    await emitSample(tenant, 20, seed);
    await sealAll(tenant);
    await indexAll(tenant);
  }
  const widths = () =>
    withTenant(tenant, "worker", async (tx) => {
      const rows = await tx.query<{ width: number }>(
        "SELECT width FROM audit_segment WHERE tenant_id = $1 ORDER BY width",
        [tenant],
      );
      return rows.map((row) => row.width);
    });
  await tidyIndex(tenant);
  expect(await widths()).toEqual([20, 40, 60]);
  await asSuperuser((client) =>
    client.query(
      "UPDATE audit_segment SET retired_at = retired_at - interval '1 hour' WHERE tenant_id = $1",
      [tenant],
    ),
  );
  await tidyIndex(tenant);
  expect(await widths()).toEqual([60]);
});

test("windows of searches are swept once they are over, and not before", async () => {
  const tenant = freshTenant();
  await as(signedIn([tenant])).search({ query: "over" });
  const left = () =>
    asSuperuser(async (client) => {
      const text = "SELECT count(*)::int AS n FROM audit_search_window WHERE tenant_id = $1";
      return (await client.query<{ n: number }>(text, [tenant])).rows[0]?.n;
    });
  await tidyIndex(tenant);
  expect(await left()).toBe(1);
  await asSuperuser((client) =>
    client.query(
      "UPDATE audit_search_window SET window_ends_at = now() - interval '1 second' WHERE tenant_id = $1",
      [tenant],
    ),
  );
  await tidyIndex(tenant);
  expect(await left()).toBe(0);
});

test("a mistake is told with its place and a remedy, and nothing is run", async () => {
  const tenant = freshTenant();
  const page = await as(signedIn([tenant])).search({ query: "outcom:denied" });
  expect(page).toMatchObject({ isRun: false, events: [] });
  expect(page.problems[0]).toMatchObject({
    code: "unknown_field",
    from: 0,
    fix: { insert: "outcome" },
  });
});

test("one tenant's words are not found in another's log", async () => {
  const [one, other] = [freshTenant(), freshTenant()];
  await emitSample(one, 50, 1);
  await sealAll(one);
  await indexAll(one);
  const { events } = await as(signedIn([other])).search({ query: "muscat" });
  expect(events).toEqual([]);
});
