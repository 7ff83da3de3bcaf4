import { expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { packOf } from "../queries.ts";
import { readyPack, sealedTenant } from "../testing/evidence-fixture.ts";
import { endPacks } from "./end-packs.ts";
import { takePack } from "./take-pack.ts";

test("packs that may hold what was erased end at once, others stay; twice is once", async () => {
  const fixture = await sealedTenant();
  const { tenant, auditor, worker } = fixture;
  const packId = await readyPack(fixture);
  const end = (from: string, to: string, caller = worker) =>
    runVerb(endPacks, caller, { from, to });
  expect(await end("10", "20")).toEqual({ ended: 0 });
  expect(await end("3", "4")).toEqual({ ended: 1 });
  expect(await end("3", "4")).toEqual({ ended: 0 });
  await expect(runVerb(takePack, auditor, { packId })).rejects.toMatchObject({ code: "not_found" });
  const pack = await withTenant(tenant, "tenant", (tx) => packOf(tx, tenant, packId));
  expect(pack.expiresAt?.getTime()).toBeLessThanOrEqual(Date.now());
  expect((await eventsOf(tenant)).at(-1)?.type).toBe("runtime.evidence.packs-ended");
  await expect(end("0", "1", auditor)).rejects.toMatchObject({ code: "forbidden" });
});
