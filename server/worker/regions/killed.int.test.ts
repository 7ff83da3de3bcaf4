import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type SpawnedVault, spawnVault } from "#server/embedded/vault/spawn-vault.ts";
import {
  approved,
  promotionOf,
  type RegionRig,
  readRegions,
  rigOf,
} from "#server/features/regions/testing/region-rig.ts";
import { applyRegions } from "#server/features/regions/verbs/apply-regions.ts";
import { executePromotion } from "#server/features/regions/verbs/execute-promotion.ts";
import { ensureSovereign } from "#server/features/tenants/bootstrap.ts";
import { startReceiver } from "#server/integrations/webhook/testing/receiver.ts";
import { runVerb } from "#server/platform/verb.ts";
import { startWorker, type WorkerProcess } from "#server/worker/rotation/testing/worker-process.ts";
import { sovereignTenant } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { waitFor } from "#test/harness/wait-for.ts";

const directory = mkdtempSync(join(tmpdir(), "killed-"));
const workers: WorkerProcess[] = [];
let vault: SpawnedVault;
let rig: RegionRig;
let env: Record<string, string>;
/** What the operator's hook did, by key; and whether it holds its answer back. */
const done = new Map<string, number>();
let isSilent = true;
let hook: Awaited<ReturnType<typeof startReceiver>>;

/** Two regions in one vault: the target must serve for a promotion to be believed. */
beforeAll(async () => {
  await ensureSovereign("omantel", "Omantel");
  vault = await spawnVault(directory);
  hook = await startReceiver(({ path, headers }) => {
    const key = String(headers["idempotency-key"]);
    const isAsked = path.endsWith(key);
    if (!isAsked) done.set(key, (done.get(key) ?? 0) + 1);
    if (isSilent) return "silence";
    return isAsked && !done.has(key)
      ? { status: 404 }
      : { status: 200, body: JSON.stringify({ state: "succeeded" }) };
  });
  const { port } = new URL(vault.address);
  const of = (name: string, host: string, role: "primary" | "read-only") => ({
    name,
    displayName: name,
    addresses: [`http://${host}:${port}`],
    role,
    replication: "none" as const,
    maxLagSeconds: 60,
  });
  const regions = [of("muscat", "127.0.0.1", "primary"), of("salalah", "localhost", "read-only")];
  rig = rigOf(sovereignTenant());
  await runVerb(applyRegions, rig.worker, { regions });
  env = {
    OPENBAO_ADDR: vault.address,
    OPENBAO_TOKEN_FILE: vault.tokenFile,
    REGIONS_CONFIG: JSON.stringify(regions),
    DR_HOOK_URL: `${hook.url}/promote`,
    WORKER_LOOPS: "regions",
  };
}, 60_000);

afterAll(async () => {
  for (const worker of workers) await worker.stop();
  await hook?.stop();
  await vault?.stop();
  rmSync(directory, { recursive: true, force: true });
});

function worker(): WorkerProcess {
  const started = startWorker(env);
  workers.push(started);
  return started;
}

test("a worker killed while the hook is at work leaves doubt; the next one asks, and the hook acted once", async () => {
  const promotionId = await approved(rig, "disaster");
  const subjectDigest = (await promotionOf(rig, promotionId)).subject_digest?.toString("hex") ?? "";
  await runVerb(executePromotion, rig.operator, { promotionId, subjectDigest });
  // The approval was used already: whose roles are read again is another test's matter.
  await asSuperuser(
    "UPDATE dr_promotion SET approval_used_at = clock_timestamp() WHERE promotion_id = $1",
    [promotionId],
  );
  const first = worker();
  await waitFor(() => done.get(promotionId), { timeout: 30_000, message: "the hook to be called" });
  first.child.kill("SIGKILL");
  expect(await first.exited).toBe("SIGKILL");
  expect(await promotionOf(rig, promotionId)).toMatchObject({
    state: "executing",
    is_leased: true,
  });
  await asSuperuser(
    "UPDATE dr_promotion SET lease_until = clock_timestamp() - interval '1 second'",
  );
  const second = worker();
  await waitFor(async () => (await promotionOf(rig, promotionId)).state === "indeterminate", {
    timeout: 30_000,
    message: "doubt",
  });
  expect((await readRegions(rig)).regions[0]).toMatchObject({ region: "muscat", role: "primary" });
  second.child.kill("SIGKILL");
  await second.exited;
  isSilent = false;
  await asSuperuser(
    "UPDATE dr_promotion SET lease_until = clock_timestamp() - interval '1 second'",
  );
  worker();
  await waitFor(async () => (await promotionOf(rig, promotionId)).state === "succeeded", {
    timeout: 30_000,
    message: "the hook's word",
  });
  expect(done.get(promotionId)).toBe(1);
  expect((await readRegions(rig)).regions.map(({ region, role }) => [region, role])).toEqual([
    ["muscat", "read-only"],
    ["salalah", "primary"],
  ]);
}, 120_000);
