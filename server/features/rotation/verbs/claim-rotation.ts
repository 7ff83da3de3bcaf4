import "server-only";
import { z } from "zod";
import { HOLD_CODES } from "#server/engines/rotation/revocation-gate.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { lastTold } from "../consumers/last-told.ts";
import { revocationFacts } from "../consumers/revocation-facts.ts";
import { requireWorker } from "../held-rotation.ts";
import { isAutomatic } from "../is-automatic.ts";
import { lockBindingOf, lockRotation, type RotationRow } from "../rotation-rows.ts";
import { ClaimedRotation, ClaimRotationInput } from "../schema.ts";

/**
 * Takes a due rotation for one worker: a lease, and a fence that outdates every earlier holder.
 * Null when it isn't due, is over, somebody holds it, or its target has no room (ADR 12);
 * also while a region is being promoted, or when the worker would not write to the primary (ADR 14).
 * The log hears of each claim but those that look again at what it says is held.
 */
export const claimRotation = verb({
  name: "rotation.claim",
  scope: "runtime.rotations.execute",
  input: ClaimRotationInput,
  output: z.object({ claimed: ClaimedRotation.nullable() }),
  async run({ tx, tenant, actor, input }) {
    requireWorker(actor);
    const [rotation, binding, [target]] = await Promise.all([
      lockRotation(tx, tenant, input.rotationId),
      lockBindingOf(tx, tenant, input.rotationId),
      // The last check before the lease is taken: the answer holds until this transaction ends.
      tx.query<{ has_room: boolean }>(
        "SELECT app.target_has_room($1, $2) AND NOT app.rotations_must_wait($3) AS has_room",
        [input.rotationId, input.mostPerTarget, input.writesTo ?? null],
      ),
    ]);
    if (!rotation) throw notFound("rotation");
    if (!target?.has_room) return unchanged({ claimed: null });
    const [lease] = await tx.query<{ fence: string; at: Date }>(
      `UPDATE rotation SET fence = fence + 1, lease_owner = $3, updated_at = clock_timestamp(),
         lease_until = clock_timestamp() + make_interval(secs => $4)
       WHERE tenant_id = $1 AND rotation_id = $2 AND finished_at IS NULL
         AND paused_at IS NULL AND (state <> 'awaiting_approval' OR approved_at IS NOT NULL) AND due_at <= clock_timestamp()
         AND (lease_until IS NULL OR lease_until <= clock_timestamp())
       RETURNING fence, updated_at AS at`,
      [tenant, input.rotationId, input.owner, input.leaseSeconds],
    );
    if (!lease) return unchanged({ claimed: null });
    if (!binding || !isAutomatic(binding.rotator)) {
      throw new AppError("conflict", "This credential has no rotator any more.");
    }
    const claimed: ClaimedRotation = {
      rotationId: rotation.rotation_id,
      bindingId: rotation.binding_id,
      fence: BigInt(lease.fence),
      state: rotation.state,
      resumeState: rotation.resume_state,
      oldHandle: rotation.old_handle,
      newHandle: rotation.new_handle,
      intent: rotation.intent as ClaimedRotation["intent"],
      attempt: rotation.attempt,
      isCancelled: rotation.cancel_requested_at !== null,
      isTakenBack: rotation.rollback_requested_at !== null,
      errorCode: rotation.error_code,
      errorText: rotation.error_text,
      causeEventId: rotation.cause_event_id,
      store: binding.store,
      path: binding.path,
      currentVersion: binding.current_version,
      environment: binding.environment,
      region: binding.region,
      trigger: rotation.trigger,
      rotator: binding.rotator,
    };
    if (await looksAgainOnly(tx, tenant, rotation)) return unchanged({ claimed });
    return audited(
      { claimed },
      {
        type: "runtime.secrets.rotation-claimed",
        at: lease.at,
        subject: `secret-binding/${rotation.binding_id}`,
        causedBy: rotation.cause_event_id,
        payload: {
          rotationId: rotation.rotation_id,
          fence: lease.fence,
          state: rotation.state,
          owner: input.owner,
        },
      },
    );
  },
});

/**
 * Whether the claim is for one more look at a held revocation that the log told of within the hour, and nothing that
 * a person asked for or that went wrong since. Should the old value be ended after it, that event names the holder.
 */
async function looksAgainOnly(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  rotation: RotationRow,
): Promise<boolean> {
  const { state, intent, error_code: errorCode } = rotation;
  const isHeld = state === "grace" && HOLD_CODES.some((code) => code === errorCode);
  if (!isHeld || intent || rotation.rollback_requested_at || rotation.cancel_requested_at) {
    return false;
  }
  const facts = await revocationFacts(tx, tenant, rotation);
  if (facts.isLeaked || facts.isOverridden) return false;
  return (await lastTold(tx, tenant, rotation.rotation_id, "held")) !== null;
}
