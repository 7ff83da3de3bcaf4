import { emit } from "#server/features/audit/testing/audit-fixture.ts";
import { proveAtProvider } from "#server/features/step-up/testing/step-up-rig.ts";
import type { Caller } from "#server/platform/actor.ts";
import { newWrapKey } from "#server/platform/audit/data-keys.ts";
import { keeperOf } from "#server/platform/audit/key-keeper.ts";
import { forgetTenantKeys } from "#server/platform/audit/tenant-keys.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { LOG_KEY_ACT, logKeyDigest } from "../log-key-digest.ts";
import { lookAfterKeys } from "../verbs/look-after-keys.ts";
import { requestErasure } from "../verbs/request-erasure.ts";
import { rotateLogKey } from "../verbs/rotate-log-key.ts";

/** Asks for a new key of the log, with the factor that it takes. */
export async function askForLogKey(
  caller: Caller,
  asked: { overlapDays: number; compromised?: boolean; reason: string },
) {
  const { tenant } = caller;
  const digest = logKeyDigest(tenant, { compromised: false, ...asked });
  await proveAtProvider(caller, { act: LOG_KEY_ACT, digest });
  return runVerb(rotateLogKey, caller, asked);
}

export const REASON = "asked for by the person";

export function retentionWorker(tenant: AuthorizedTenantId) {
  return workerOf(tenant, ["runtime.retention.carry-out", "runtime.approvals.consume"]);
}

/** What the worker offers to a tenant that has no key yet. */
export async function offeredKey(tenant: AuthorizedTenantId) {
  const rootVersion = await keeperOf("local").current(tenant);
  const wrapped = await newWrapKey(tenant, "local", rootVersion);
  return { keeper: "local" as const, rootVersion, wrapped };
}

/** A tenant with keys. */
export async function tenantWithKeys(): Promise<AuthorizedTenantId> {
  const tenant = await newTenant("kept");
  const offered = await offeredKey(tenant);
  await runVerb(lookAfterKeys, retentionWorker(tenant), { offered });
  forgetTenantKeys(tenant);
  return tenant;
}

/** An erasure of one event that was approved already, and the event. */
export async function dueErasure(tenant: AuthorizedTenantId) {
  const eventId = await emit(tenant, { type: "runtime.things.happened" });
  const { actId } = await runVerb(requestErasure, userOf(tenant, "officer"), {
    selection: { eventIds: [eventId] },
    reason: REASON,
  });
  await asSuperuser("UPDATE retention_act SET state = 'due' WHERE act_id = $1", [actId]);
  return { actId: actId ?? "", eventId };
}

export async function actRow(actId: string) {
  const [row] = await asSuperuser("SELECT * FROM retention_act WHERE act_id = $1", [actId]);
  return row;
}
