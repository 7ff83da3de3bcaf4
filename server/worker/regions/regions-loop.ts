import "server-only";
import type { RegionConfig } from "#server/features/regions/regions-config.ts";
import { applyRegions } from "#server/features/regions/verbs/apply-regions.ts";
import { DrHook } from "#server/integrations/dr-hook/dr-hook.ts";
import { webhookSeed } from "#server/integrations/webhook/webhook-key.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { env } from "#server/platform/env/env.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { every } from "../every.ts";
import { carryOutPromotions, type PromotionDependencies } from "./carry-out-promotions.ts";
import { type ObserveDependencies, observeDueStores } from "./observe-stores.ts";
import { newWalk, verifyDueReads } from "./verify-reads.ts";

const POLL_MILLIS = 1_000;
const READS_MILLIS = 5_000;

export interface RegionsLoop extends ObserveDependencies, PromotionDependencies {
  regions: readonly RegionConfig[];
  keyVaults: readonly string[];
  signal: AbortSignal;
}

/** The operator's hook, signed with the installation's key; null when none is configured. */
export function configuredHook(): DrHook | null {
  const { DR_HOOK_URL } = env();
  return DR_HOOK_URL ? new DrHook({ url: DR_HOOK_URL, seed: webhookSeed() }) : null;
}

/** Keeps the regions as configured, looks at them, and carries out promotions, until the signal aborts. */
export async function regionsLoop(loop: RegionsLoop): Promise<void> {
  const { signal } = loop;
  const walk = newWalk();
  let isApplied = false;
  const failed = (job: string) => (err: unknown) => logger.error({ err, job }, "due work failed");
  const apply = async () => {
    if (!isApplied) isApplied = await applyConfigured(loop);
  };
  await Promise.all([
    every(READS_MILLIS, signal, apply, failed("regions-configuration")),
    every(POLL_MILLIS, signal, () => observeDueStores(loop).then(none), failed("regions")),
    every(
      READS_MILLIS,
      signal,
      () => verifyDueReads(loop.clients, walk).then(none),
      failed("region-reads"),
    ),
    every(POLL_MILLIS, signal, () => carryOutPromotions(loop).then(none), failed("promotions")),
  ]);
}

const none = () => undefined;

/** False while there is no Sovereign yet: at a first start the worker may be there before it. */
async function applyConfigured({ regions, keyVaults }: RegionsLoop): Promise<boolean> {
  const scopes = ["runtime.regions.configure"] as const;
  const caller = workerCaller({ tenantId: env().SOVEREIGN, name: "regions", scopes });
  const found = await withTenant(
    caller.tenant,
    "worker",
    (tx) => tx.query("SELECT 1 FROM tenant WHERE tenant_id = $1", [caller.tenant]),
    { readOnly: true },
  );
  if (found.length === 0) return false;
  await runVerb(applyRegions, caller, {
    regions: regions.map(({ tokenFile: _, ...region }) => region),
    keyVaults: [...keyVaults],
  });
  return true;
}
