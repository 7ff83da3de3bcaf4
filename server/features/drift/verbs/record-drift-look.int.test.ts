import { expect, test } from "vitest";
import { RESOLVED_KEPT_DAYS } from "#server/engines/drift/resolved-kept-days.ts";
import { proposeRemediation } from "#server/features/remediation/verbs/propose-remediation.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { listGroups } from "../group-queries.ts";
import { listFindings } from "../queries.ts";
import { summary } from "../summary-queries.ts";
import { driftWorkerOf, found, seenFixture, turnOf } from "../testing/drift-fixture.ts";
import { recordDriftLook } from "./record-drift-look.ts";

test("who lost the turn records nothing, and no person does", async () => {
  const tenant = await newTenant("drift");
  const late = await turnOf(tenant);
  await turnOf(tenant);
  const input = { fence: late, seen: [seenFixture()] };
  await expect(runVerb(recordDriftLook, driftWorkerOf(tenant), input)).rejects.toMatchObject({
    code: "stale",
  });
  const person = userOf(tenant, "x", { scopes: ["runtime.drift.observe"] });
  await expect(runVerb(recordDriftLook, person, input)).rejects.toMatchObject({
    code: "forbidden",
  });
});

test("pages follow one another, groups too; the strip counts what is open", async () => {
  const tenant = await newTenant("drift");
  const names = Array.from({ length: 7 }, (_, at) => `web-${at}`);
  await found(tenant, ...names.map((name) => ({ name })), {
    name: "hole",
    rule: "cross-tenant-route",
    severity: "critical",
    groupId: "f".repeat(32),
  });
  const read = (cursor?: string) =>
    withTenant(tenant, "tenant", (tx) =>
      listFindings(tx, tenant, { limit: 3, ...(cursor ? { cursor } : {}) }, []),
    );
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const { items, nextCursor } = await read(cursor);
    seen.push(...items.map(({ object }) => object.name));
    cursor = nextCursor ?? undefined;
  } while (cursor);
  expect(seen).toEqual(["hole", ...names]);
  await expect(read("nonsense")).rejects.toMatchObject({ code: "invalid" });
  const groups = (limit: number, after?: string) =>
    withTenant(tenant, "tenant", (tx) =>
      listGroups(tx, tenant, { limit, ...(after ? { cursor: after } : {}) }, []),
    );
  const first = await groups(1);
  expect(first).toMatchObject({ groups: 2, findings: 8, items: [{ rule: "cross-tenant-route" }] });
  const second = await groups(1, first.nextCursor ?? "");
  expect(second).toMatchObject({ nextCursor: null, items: [{ count: 7 }] });
  const text = await withTenant(tenant, "tenant", (tx) =>
    listFindings(tx, tenant, { limit: 50, text: "WEB-3" }, []),
  );
  expect(text.items.map(({ object }) => object.name)).toEqual(["web-3"]);
  const strip = await withTenant(tenant, "tenant", (tx) => summary(tx, tenant));
  expect(strip).toMatchObject({ open: { critical: 1, medium: 7 }, byState: { open: 8 } });
});

test("what the console did itself is told with its event", async () => {
  const tenant = await newTenant("drift");
  await found(tenant, { name: "mended", managers: ["sovereign-console-remediation"] });
  const rows = await asSuperuser("SELECT ours FROM drift_finding WHERE tenant_id = $1", [tenant]);
  expect(rows).toEqual([
    { ours: { kind: "remediation", eventId: null, what: "sovereign-console-remediation" } },
  ]);
});

test("what was resolved longer ago than it is kept goes with its history, and the log tells of it", async () => {
  const tenant = await newTenant("drift");
  const [old, recent, remedied, open] = await found(
    tenant,
    { name: "old" },
    { name: "recent" },
    { name: "remedied" },
    { name: "open" },
  );
  const resolve = (id: string | undefined, days: number) =>
    asSuperuser(
      `UPDATE drift_finding SET state = 'resolved', resolved_at = clock_timestamp() - make_interval(days => $2)
       WHERE finding_id = $1`,
      [id, days],
    );
  const input = { findingId: remedied ?? "", reason: "it drifted" };
  const person = userOf(tenant, "proposer", { roles: ["org-admin"] });
  await runVerb(proposeRemediation, person, input);
  await resolve(old, RESOLVED_KEPT_DAYS + 1);
  await resolve(recent, RESOLVED_KEPT_DAYS - 1);
  await resolve(remedied, RESOLVED_KEPT_DAYS + 1);
  const end = { nextInSeconds: 60, readAt: new Date(), sources: [], clusters: [] };
  await runVerb(recordDriftLook, driftWorkerOf(tenant), { fence: await turnOf(tenant), end });
  const left = await asSuperuser<{ id: string }>(
    "SELECT finding_id AS id FROM drift_finding WHERE tenant_id = $1",
    [tenant],
  );
  expect(left.map(({ id }) => id).sort()).toEqual([recent, remedied, open].sort());
  const [event] = await asSuperuser<{ count: string }>(
    "SELECT count(*) FROM audit_event WHERE tenant_id = $1 AND type = 'runtime.drift.swept'",
    [tenant],
  );
  expect(event).toEqual({ count: "1" });
  expect(
    await asSuperuser("SELECT 1 FROM drift_change WHERE tenant_id = $1 AND finding_id = $2", [
      tenant,
      old,
    ]),
  ).toEqual([]);
});
