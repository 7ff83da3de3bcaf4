import { randomBytes } from "node:crypto";
import { bindSecret } from "#server/features/rotation/verbs/bind-secret.ts";
import type { Caller } from "#server/platform/actor.ts";
import { systemCaller } from "#server/platform/system-caller.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { claimLease } from "../verbs/claim-lease.ts";
import { issueLease } from "../verbs/issue-lease.ts";
import { recordLease } from "../verbs/record-lease.ts";

export const REASON = "the workload asked for it";

/** A tenant of one test's own, with a reference whose logins live by leases; nothing outside is asked. */
export interface LeaseRig {
  tenant: AuthorizedTenantId;
  officer: Caller;
  worker: Caller;
  bindingId: string;
  workload: string;
}

export async function leaseRig(): Promise<LeaseRig> {
  const tenant = await newTenant("leases");
  return {
    tenant,
    officer: userOf(tenant, "officer"),
    worker: workerOf(tenant, ["runtime.rotations.execute"]),
    ...(await bindDynamic(tenant)),
  };
}

export async function bindDynamic(
  tenant: AuthorizedTenantId,
  workload = `reader-${randomBytes(3).toString("hex")}`,
): Promise<{ bindingId: string; workload: string }> {
  const role = `role-${randomBytes(4).toString("hex")}`;
  const { bindingId } = await runVerb(bindSecret, systemCaller(tenant, "test"), {
    name: role,
    class: "dynamic-database-credential",
    environment: "prod",
    store: "openbao",
    path: `${tenant}/prod/${role}`,
    owner: "tests",
    rotator: {
      kind: "openbao-dynamic",
      mount: "database",
      role,
      workload,
      target: null,
      isExclusive: true,
    },
    currentVersion: null,
    lastRotatedAt: null,
  });
  return { bindingId, workload };
}

/** Claims a due lease; throws when it isn't. */
export async function claimed(rig: LeaseRig, leaseId: string) {
  const { claimed: lease } = await runVerb(claimLease, rig.worker, {
    leaseId,
    owner: "test",
    seconds: 60,
  });
  if (!lease) throw new Error("not claimed");
  return { lease, hold: { kind: "claim", fence: lease.fence } as const };
}

/** A lease that was asked for, issued and delivered. */
export async function activeLease(rig: LeaseRig, bindingId = rig.bindingId): Promise<string> {
  const { leaseId } = await runVerb(issueLease, rig.officer, { bindingId, reason: REASON });
  const { hold } = await claimed(rig, leaseId);
  const issued = { leaseRef: `database/creds/x/${leaseId}`, username: `v-${leaseId.slice(-12)}` };
  await runVerb(recordLease, rig.worker, {
    leaseId,
    hold,
    to: "issued",
    issued,
    ttlSeconds: 3_600,
  });
  await runVerb(recordLease, rig.worker, { leaseId, hold, to: "active", kvVersion: 1 });
  return leaseId;
}

export async function leaseRow(leaseId: string) {
  const [row] = await asSuperuser<Record<string, unknown> & { state: string; due_at: Date }>(
    "SELECT * FROM secret_lease WHERE lease_id = $1",
    [leaseId],
  );
  if (!row) throw new Error("no such lease");
  return row;
}
