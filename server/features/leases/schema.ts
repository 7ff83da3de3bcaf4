import { z } from "zod";
import { LEASE_STATES } from "#server/engines/leases/lease-machine.ts";
import { entityId } from "#server/platform/entity-id.ts";

export const Reason = z
  .string()
  .trim()
  .min(10, "must say why, in 10 characters or more")
  .max(1_000, "must be 1,000 characters at most");

const workload = z.string().trim().min(1, "must name a workload").max(120);

export const IssueLeaseInput = z.object({ bindingId: entityId("secret binding"), reason: Reason });
export const RenewLeaseInput = z.object({ leaseId: entityId("lease"), reason: Reason });
export const RevokeLeaseInput = z.object({ leaseId: entityId("lease"), reason: Reason });
export const RevokeWorkloadInput = z.object({
  workload,
  /** How many the person was shown: another number means that they decide anew. */
  expectedCount: z.number().int().min(1).max(10_000),
  reason: Reason,
});

export const LeaseChanged = z.object({ leaseId: z.uuid(), state: z.enum(LEASE_STATES) });
export const WorkloadRevoked = z.object({ workload: z.string(), count: z.number().int() });

/** Who may write a row: the worker that claimed it, or the rotation that it belongs to. */
export const LeaseHold = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("claim"), fence: z.bigint() }),
  z.object({ kind: z.literal("rotation"), rotationId: entityId("rotation"), fence: z.bigint() }),
]);

export const OpenRotationLeaseInput = z.object({
  rotationId: entityId("rotation"),
  fence: z.bigint(),
});

/** A row as the worker needs it. `leaseRef` goes no further than the worker. */
export const HeldLease = z.object({
  leaseId: z.uuid(),
  bindingId: z.uuid(),
  rotationId: z.uuid().nullable(),
  workload: z.string(),
  mount: z.string(),
  role: z.string(),
  state: z.enum(LEASE_STATES),
  leaseRef: z.string().nullable(),
  ttlSeconds: z.number().int().nullable(),
  /** Since when a login may have been made that nobody recorded. */
  attemptedAt: z.date().nullable(),
  expiresAt: z.date().nullable(),
  kvVersion: z.number().int().nullable(),
  attempt: z.number().int(),
});
export type HeldLease = z.infer<typeof HeldLease>;

export const ClaimLeaseInput = z.object({
  leaseId: entityId("lease"),
  owner: z.string().min(1).max(200),
  seconds: z.number().int().min(1).max(3_600),
});
export const ClaimedLease = HeldLease.extend({
  fence: z.bigint(),
  /** The binding's path, where the workload reads. */
  path: z.string(),
  /** The rotator's settings that acting on the lease takes. */
  target: z
    .object({
      host: z.string(),
      port: z.number().int(),
      database: z.string(),
      tls: z.enum(["verify-full", "disable"]),
    })
    .nullable(),
  isExclusive: z.boolean(),
  causeEventId: z.uuid(),
});
export type ClaimedLease = z.infer<typeof ClaimedLease>;

export const RecordLeaseInput = z.object({
  leaseId: entityId("lease"),
  hold: LeaseHold,
  /** The same state again notes that it was seen, or that trying failed. */
  to: z.enum(LEASE_STATES),
  issued: z
    .object({ leaseRef: z.string().min(1).max(500), username: z.string().min(1).max(63) })
    .optional(),
  /** What it lives from now on. */
  ttlSeconds: z.number().int().min(0).optional(),
  kvVersion: z.number().int().min(1).optional(),
  /** How its end was shown. */
  proof: z.string().max(300).optional(),
  trouble: z
    .object({ errorCode: z.string().min(1).max(60), errorText: z.string().min(1).max(500) })
    .optional(),
  /** When it is looked at again; by default when its state calls for it. */
  dueInSeconds: z.number().int().min(0).max(86_400).optional(),
});

export const LEASE_FILTERS = ["open", "ended", "all"] as const;

export const ListLeasesInput = z.object({
  workload: z.string().trim().max(120).optional(),
  show: z.enum(LEASE_FILTERS).default("open"),
  cursor: z.string().max(36).nullish(),
  limit: z.number().int().min(1).max(200).default(100),
});

export const LeaseView = z.object({
  leaseId: z.uuid(),
  bindingId: z.uuid(),
  credential: z.string(),
  environment: z.string(),
  workload: z.string(),
  mount: z.string(),
  role: z.string(),
  username: z.string().nullable(),
  /** By the database's clock: what has run out is `expired`, swept or not. */
  state: z.enum(LEASE_STATES),
  /** Whether it is what the workload reads now. */
  isCurrent: z.boolean(),
  requestedAt: z.date(),
  issuedAt: z.date().nullable(),
  renewedAt: z.date().nullable(),
  expiresAt: z.date().nullable(),
  endedAt: z.date().nullable(),
  proof: z.string().nullable(),
  errorText: z.string().nullable(),
  may: z.object({ renew: z.boolean(), revoke: z.boolean() }),
});
export type LeaseView = z.infer<typeof LeaseView>;

export const ListLeasesOutput = z.object({
  asOf: z.date(),
  leases: z.array(LeaseView),
  nextCursor: z.string().nullable(),
  /** Workloads with leases that have not ended, most first; 200 at most. */
  workloads: z.array(z.object({ workload: z.string(), open: z.number().int() })),
  /** References from which a login can be issued now: they have none. */
  issuable: z.array(
    z.object({
      bindingId: z.uuid(),
      name: z.string(),
      environment: z.string(),
      workload: z.string(),
    }),
  ),
});
