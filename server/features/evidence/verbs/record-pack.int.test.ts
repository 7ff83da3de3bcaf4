import { expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { packOf } from "../queries.ts";
import { readyPack, SOME_DIGEST, sealedTenant } from "../testing/evidence-fixture.ts";
import { askPack } from "./ask-pack.ts";
import { beginPack } from "./begin-pack.ts";
import { recordPack } from "./record-pack.ts";

test("a pack that is made has its digest, size and end; nothing is recorded behind its back", async () => {
  const fixture = await sealedTenant();
  const { tenant, worker } = fixture;
  const packId = await readyPack(fixture);
  const pack = await withTenant(tenant, "tenant", (tx) => packOf(tx, tenant, packId));
  expect(pack).toMatchObject({ state: "ready", digest: SOME_DIGEST, bytes: 1_000, matches: 10 });
  expect((await eventsOf(tenant)).at(-1)?.type).toBe("runtime.evidence.pack-made");
  const failed = { kind: "failed" as const, failure: "error" as const };
  await expect(
    runVerb(recordPack, worker, { packId, fence: "1", report: failed }),
  ).rejects.toMatchObject({ code: "stale" });
});

test("it is tried again a few times, and then given up", async () => {
  const { tenant, auditor, worker } = await sealedTenant();
  const { packId } = await runVerb(askPack, auditor, { query: "", disclosure: "matches" });
  const states: string[] = [];
  for (let attempt = 0; attempt < 5; attempt += 1) {
    await asSuperuser("UPDATE evidence_pack SET lease_until = NULL WHERE pack_id = $1", [packId]);
    const { begun } = await runVerb(beginPack, worker, { packId, owner: "w", leaseSeconds: 60 });
    const fence = begun?.fence ?? "";
    const progress = { kind: "progress" as const, entries: 3, matches: 1, leaseSeconds: 60 };
    await runVerb(recordPack, worker, { packId, fence, report: progress });
    const report = { kind: "failed" as const, failure: "store-unreachable" as const };
    states.push((await runVerb(recordPack, worker, { packId, fence, report })).state);
  }
  expect(states).toEqual(["requested", "requested", "requested", "requested", "failed"]);
  expect((await eventsOf(tenant)).at(-1)).toMatchObject({
    type: "runtime.evidence.pack-failed",
    outcome: "failed",
  });
});
