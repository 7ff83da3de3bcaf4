import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { sovereignTenant, userOf, workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newSlug, planOf, REASON, sovereignAdmin } from "../testing/plan-fixture.ts";
import { beginStep } from "./begin-step.ts";
import { dropExport } from "./drop-export.ts";
import { onboardTenant } from "./onboard-tenant.ts";
import { storeExportChunk } from "./store-export-chunk.ts";
import { takeExport } from "./take-export.ts";

test("pieces are kept by whoever has the turn, from the start again; taken with an event; dropped at their time", async () => {
  const admin = await sovereignAdmin();
  const worker = workerOf(sovereignTenant(), ["runtime.tenants.carry-out"]);
  const { lifecycleId } = await runVerb(onboardTenant, admin, {
    plan: planOf(newSlug()),
    reason: REASON,
  });
  const { task } = await runVerb(beginStep, worker, {
    lifecycleId,
    owner: "one",
    leaseSeconds: 60,
  });
  const fence = task?.fence ?? "";
  const store = (chunkNo: number, by = worker, withFence = fence) =>
    runVerb(storeExportChunk, by, {
      lifecycleId,
      fence: withFence,
      chunkNo,
      bytes: Buffer.from(`piece ${chunkNo}`),
    });
  for (const chunkNo of [0, 1, 0, 1, 2]) await store(chunkNo);
  await expect(store(3, worker, "99")).rejects.toMatchObject({ code: "stale" });
  await expect(store(3, admin)).rejects.toMatchObject({ code: "forbidden" });
  const compliance = userOf(sovereignTenant(), "auditor", { roles: ["compliance"] });
  await expect(runVerb(takeExport, compliance, { lifecycleId })).rejects.toMatchObject({
    code: "not_found",
  });
  await asSuperuser(
    "UPDATE tenant_lifecycle SET export_bytes = 10, export_until = now() + interval '1 day' WHERE lifecycle_id = $1",
    [lifecycleId],
  );
  expect(await runVerb(takeExport, compliance, { lifecycleId })).toMatchObject({ chunks: 3 });
  const officer = userOf(sovereignTenant(), "officer");
  await expect(runVerb(takeExport, officer, { lifecycleId })).rejects.toMatchObject({
    code: "forbidden",
  });
  expect(await runVerb(dropExport, worker, { lifecycleId })).toEqual({ isDropped: false });
  await asSuperuser("UPDATE tenant_lifecycle SET export_until = now() WHERE lifecycle_id = $1", [
    lifecycleId,
  ]);
  expect(await runVerb(dropExport, worker, { lifecycleId })).toEqual({ isDropped: true });
  expect(
    await asSuperuser("SELECT 1 FROM tenant_export_chunk WHERE lifecycle_id = $1", [lifecycleId]),
  ).toEqual([]);
  await expect(runVerb(dropExport, admin, { lifecycleId })).rejects.toMatchObject({
    code: "forbidden",
  });
});
