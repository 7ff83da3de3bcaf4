import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import type { ClusterLook, OldUse } from "../consumers/schema.ts";
import { recordConsumerLook } from "../verbs/record-consumer-look.ts";
import { claim, force, newRig, type Rig, walkTo } from "./rotation-rig.ts";

export const IN_USE = {
  source: "sessions",
  state: "in-use",
  uses: 2,
  lastUsedAt: new Date("2026-11-20T10:00:00Z"),
  users: [{ application: "legacy-report", address: "10.1.2.3", since: null }],
} satisfies OldUse;
export const UNUSED = {
  source: "sessions",
  state: "unused",
  uses: 0,
  lastUsedAt: null,
} satisfies OldUse;

export const clusterWith = (state: "moved" | "not-yet" | "unknown"): ClusterLook => ({
  state: "read",
  cluster: "muscat-1",
  isComplete: true,
  consumers: [
    {
      kind: "workload",
      namespace: "shop-prod",
      name: "Deployment/orders-api",
      state,
      reason: state === "moved" ? "pods-started-after" : "pods-older",
      seenAt: null,
    },
  ],
});

/** A rotation in grace, due now, that nobody holds. */
export async function inGrace(over: Parameters<typeof newRig>[0] = {}) {
  const rig = await newRig(over);
  const { rotationId } = await force(rig);
  await walkTo(rig, await claim(rig, rotationId), "grace");
  return { rig, rotationId };
}

/** Takes it for a worker anew, whoever held it. */
export async function reclaim(rig: Rig, rotationId: string) {
  await asSuperuser(
    "UPDATE rotation SET lease_until = NULL, lease_owner = NULL WHERE rotation_id = $1",
    [rotationId],
  );
  return claim(rig, rotationId);
}

export function look(
  rig: Rig,
  rotationId: string,
  cluster: ClusterLook | null,
  oldUses: OldUse[] = [],
) {
  const worker = workerOf(rig.tenant, ["runtime.consumers.observe"]);
  return runVerb(recordConsumerLook, worker, { rotationId, cluster, oldUses });
}

export interface ConsumerRow {
  [column: string]: unknown;
  consumer_id: string;
  kind: string;
  name: string;
  state: string;
  reason: string;
  seen_version: number | null;
  gone_at: Date | null;
  observations: string[];
}

/** The binding's consumers, each with the reasons that its history went through. */
export function consumersOf(rig: Rig): Promise<ConsumerRow[]> {
  return withTenant(rig.tenant, "tenant", (tx) =>
    tx.query<ConsumerRow>(
      `SELECT c.consumer_id, c.kind, c.name, c.state, c.reason, c.seen_version, c.gone_at, ARRAY(
         SELECT o.state || ' ' || o.reason FROM consumer_observation o
         WHERE o.tenant_id = c.tenant_id AND o.consumer_id = c.consumer_id ORDER BY observation_no) AS observations
       FROM secret_consumer c WHERE c.tenant_id = $1 AND c.binding_id = $2 ORDER BY c.name`,
      [rig.tenant, rig.bindingId],
    ),
  );
}
