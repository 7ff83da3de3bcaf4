import { expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { listPacks } from "../queries.ts";
import { sealedTenant } from "../testing/evidence-fixture.ts";
import { askPack } from "./ask-pack.ts";

test("what a pack is of is fixed when it is asked for; its query is sealed and told in the log", async () => {
  const { tenant, auditor } = await sealedTenant();
  const asked = { query: "subject:session/3", disclosure: "envelopes" as const, keptDays: 7 };
  const { packId } = await runVerb(askPack, auditor, asked);
  const { packs } = await withTenant(tenant, "tenant", (tx) =>
    listPacks(tx, tenant, { limit: 10 }),
  );
  expect(packs).toMatchObject([
    { packId, state: "requested", ...asked, from: "0", to: "10", treeSize: "10", cosignatures: 0 },
  ]);
  const [row] = await asSuperuser<{ sealed: Buffer }>(
    "SELECT sealed FROM evidence_pack WHERE pack_id = $1",
    [packId],
  );
  expect(row?.sealed.includes("session")).toBe(false);
  expect((await eventsOf(tenant)).at(-1)).toMatchObject({
    type: "runtime.evidence.pack-requested",
    subject: `evidence-pack/${packId}`,
  });
});

test("a query that can't be read, too many at once, a log without a head and a missing scope are refused", async () => {
  const { tenant, auditor } = await sealedTenant();
  const ask = (query: string, caller = auditor) =>
    runVerb(askPack, caller, { query, disclosure: "matches" });
  await expect(ask("outcome:maybe")).rejects.toMatchObject({
    code: "invalid",
    details: { field: "query" },
  });
  for (let at = 0; at < 5; at += 1) await ask("");
  await expect(ask("")).rejects.toMatchObject({ code: "conflict" });
  const developer = userOf(tenant, "dev", { roles: ["developer"] });
  await expect(ask("", developer)).rejects.toMatchObject({ code: "forbidden" });
  const empty = await newTenant("empty");
  await expect(ask("", userOf(empty, "x"))).rejects.toThrow("no signed head");
});
