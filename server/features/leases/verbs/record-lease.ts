import "server-only";
import { uuidv7 } from "uuidv7";
import type { z } from "zod";
import {
  ENDED_LEASES,
  mayMoveLease,
  secondsToNextLook,
} from "#server/engines/leases/lease-machine.ts";
import { backoffSeconds } from "#server/engines/rotation/state-machine.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { type LeaseRow, lockLease, requireHeldRotation, requireWorker } from "../lease-rows.ts";
import { LeaseChanged, RecordLeaseInput } from "../schema.ts";

/**
 * Notes what became of a lease. The same state again is bookkeeping: it was seen, or could not be
 * seen. What has ended stays so: telling it again changes nothing.
 */
export const recordLease = verb({
  name: "leases.record",
  scope: "runtime.rotations.execute",
  input: RecordLeaseInput,
  output: LeaseChanged,
  async run({ tx, tenant, actor, input }) {
    requireWorker(actor);
    const lease = await lockLease(tx, tenant, input.leaseId);
    if (!lease) throw notFound("lease");
    await requireHold(tx, tenant, lease, input.hold);
    const { lease_id: leaseId, state: from } = lease;
    const { to } = input;
    if (ENDED_LEASES.has(from)) return unchanged({ leaseId, state: from });
    if (from !== to && !mayMoveLease(from, to)) {
      throw new AppError("conflict", `A lease can't go from ${from} to ${to}.`);
    }
    await save(tx, tenant, lease, input);
    if (from === to) return unchanged({ leaseId, state: to });
    const isDelivered = to === "active" && from === "issued";
    if (isDelivered && !lease.rotation_id) await startAge(tx, tenant, lease, input.kvVersion);
    return audited(
      { leaseId, state: to },
      {
        eventId: uuidv7(),
        type: from === "renewing" && to === "active" ? "runtime.leases.renewed" : eventType(to),
        subject: `lease/${leaseId}`,
        outcome:
          to === "failed" || to === "lost" || to === "indeterminate" ? "failed" : "succeeded",
        causedBy: lease.cause_event_id,
        payload: {
          bindingId: lease.binding_id,
          workload: lease.workload,
          role: lease.role,
          username: input.issued?.username ?? lease.username ?? "",
          from,
          to,
          ...(input.ttlSeconds === undefined ? {} : { ttlSeconds: input.ttlSeconds }),
          ...(input.proof ? { proof: input.proof } : {}),
          ...(input.trouble ?? {}),
        },
      },
    );
  },
});

/** The holder goes on from these at once; should it be killed, the next one does. */
const GOES_ON: ReadonlySet<string> = new Set(["issued", "issuing"]);

function eventType(to: string) {
  return `runtime.leases.${to}` as const;
}

async function requireHold(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  lease: LeaseRow,
  hold: z.output<typeof RecordLeaseInput>["hold"],
): Promise<void> {
  if (hold.kind === "claim") {
    if (lease.is_held && BigInt(lease.fence) === hold.fence) return;
    throw new AppError("stale", "Another worker holds this lease.");
  }
  const { bindingId } = await requireHeldRotation(tx, tenant, hold);
  if (bindingId === lease.binding_id) return;
  throw new AppError("stale", "This lease is another credential's.");
}

async function save(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  lease: LeaseRow,
  input: z.output<typeof RecordLeaseInput>,
): Promise<void> {
  const { to, ttlSeconds, trouble } = input;
  const attempt = trouble ? lease.attempt + 1 : 0;
  const look = to === "active" ? secondsToNextLook(ttlSeconds ?? 60) : GOES_ON.has(to) ? 0 : 30;
  const due = input.dueInSeconds ?? (trouble ? backoffSeconds(attempt) : look);
  const isKept = input.hold.kind === "claim" && GOES_ON.has(to);
  await tx.query(SAVE, [
    tenant,
    lease.lease_id,
    to,
    input.issued?.leaseRef ?? null,
    input.issued?.username ?? null,
    ttlSeconds ?? null,
    input.kvVersion ?? null,
    ENDED_LEASES.has(to),
    input.proof ?? null,
    attempt,
    trouble?.errorCode ?? null,
    trouble?.errorText ?? null,
    due,
    isKept,
    lease.state === "renewing" && to === "active",
  ]);
}

const SAVE = `
  UPDATE secret_lease SET state = $3,
    lease_ref = CASE WHEN $3 = 'issuing' THEN NULL ELSE coalesce($4, lease_ref) END,
    username = CASE WHEN $3 = 'issuing' THEN NULL ELSE coalesce($5, username) END,
    attempted_at = CASE WHEN $3 = 'issuing' AND state <> 'issuing' THEN clock_timestamp() ELSE attempted_at END,
    issued_at = CASE WHEN $4::text IS NOT NULL THEN clock_timestamp() WHEN $3 = 'issuing' THEN NULL ELSE issued_at END,
    ttl_seconds = CASE WHEN $4::text IS NOT NULL THEN $6 ELSE ttl_seconds END,
    expires_at = CASE WHEN $3 = 'issuing' THEN NULL
      WHEN $6::int IS NOT NULL AND NOT $8 THEN clock_timestamp() + make_interval(secs => $6) ELSE expires_at END,
    renewed_at = CASE WHEN $15 THEN clock_timestamp() ELSE renewed_at END,
    seen_at = CASE WHEN $6::int IS NOT NULL THEN clock_timestamp() ELSE seen_at END,
    kv_version = coalesce($7, kv_version),
    ended_at = CASE WHEN $8 THEN clock_timestamp() END,
    proof = coalesce($9, proof), attempt = $10, error_code = $11, error_text = $12,
    due_at = clock_timestamp() + make_interval(secs => $13),
    held_until = CASE WHEN $14 THEN held_until END, held_by = CASE WHEN $14 THEN held_by END,
    updated_at = clock_timestamp()
  WHERE tenant_id = $1 AND lease_id = $2`;

/** A credential that got its first login is as old as that, and scheduled from there by its rule. */
async function startAge(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  lease: LeaseRow,
  kvVersion: number | undefined,
): Promise<void> {
  await tx.query(
    `UPDATE secret_binding SET current_version = $3, last_rotated_at = clock_timestamp(), state = 'active',
       failures = 0, retry_at = NULL, updated_at = clock_timestamp(),
       next_rotation_at = CASE WHEN (rule ->> 'autoRotate')::boolean AND (rule ->> 'maxTtlSeconds') IS NOT NULL
         THEN clock_timestamp() + make_interval(secs =>
           (rule ->> 'maxTtlSeconds')::int - (rule ->> 'rotateBeforeSeconds')::int) END
     WHERE tenant_id = $1 AND binding_id = $2 AND state <> 'rotating'`,
    [tenant, lease.binding_id, kvVersion ?? null],
  );
}
