import { afterAll, expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { appErrorIn } from "#server/platform/errors/map.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { freshTenant } from "../testing/audit-fixture.ts";
import { closeConnections } from "../testing/close-connections.ts";
import { recordSearch } from "./record-search.ts";

afterAll(closeConnections);

const typesIn = (tenant: ReturnType<typeof freshTenant>) =>
  withTenant(tenant, "tenant", async (tx) => {
    const rows = await tx.query<{ type: string }>(
      "SELECT type FROM audit_event WHERE tenant_id = $1 ORDER BY event_id",
      [tenant],
    );
    return rows.map((row) => row.type);
  });

test("the same question of one person is one event; another person's, or another act, is another", async () => {
  const tenant = freshTenant();
  const officer = userOf(tenant, "officer", { scopes: ["runtime.audit.read"] });
  const auditor = userOf(tenant, "auditor", { scopes: ["runtime.audit.read"] });
  const ask = { query: "outcome:denied", act: "search" } as const;
  expect(await runVerb(recordSearch, officer, ask)).toEqual({ isNew: true });
  expect(await runVerb(recordSearch, officer, ask)).toEqual({ isNew: false });
  expect(await runVerb(recordSearch, officer, { ...ask, act: "tail" })).toEqual({ isNew: true });
  expect(await runVerb(recordSearch, auditor, ask)).toEqual({ isNew: true });
  expect(await typesIn(tenant)).toEqual(Array(3).fill("runtime.audit.searched"));
});

test("once the window is over it is told again", async () => {
  const tenant = freshTenant();
  const officer = userOf(tenant, "officer", { scopes: ["runtime.audit.read"] });
  const ask = { query: "", act: "search" } as const;
  await runVerb(recordSearch, officer, ask);
  await withTenant(tenant, "tenant", (tx) =>
    tx.query(
      "UPDATE audit_search_window SET window_ends_at = clock_timestamp() WHERE tenant_id = $1",
      [tenant],
    ),
  );
  expect(await runVerb(recordSearch, officer, ask)).toEqual({ isNew: true });
});

test("without the scope it is forbidden", async () => {
  const tenant = freshTenant();
  const refused = runVerb(recordSearch, userOf(tenant, "nobody", { scopes: [] }), {
    query: "",
    act: "search",
  });
  await expect(refused).rejects.toSatisfy((error) => appErrorIn(error)?.code === "forbidden");
});
