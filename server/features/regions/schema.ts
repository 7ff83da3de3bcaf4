import { z } from "zod";
import { CHECK_ITEMS, PROMOTION_KINDS } from "#server/engines/dr-promotion/checklist.ts";
import { entityId } from "#server/platform/entity-id.ts";

export const RegionName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "must be the name of a region");

export const STORE_STATES = [
  "active",
  "standby",
  "sealed",
  "uninitialized",
  "permission_denied",
  "rate_limited",
  "unreachable",
  "unknown",
] as const;
export const StoreState = z.enum(STORE_STATES);
export type StoreState = z.infer<typeof StoreState>;

/** One node of a region's Raft cluster. What is null could not be learnt. */
export const RegionNode = z.object({
  id: z.string().max(200),
  address: z.string().max(300),
  isLeader: z.boolean(),
  isVoter: z.boolean().nullable(),
  isHealthy: z.boolean().nullable(),
  state: StoreState.nullable(),
  lastIndex: z.number().nullable(),
  /** The leader's last index minus its own. */
  lagByIndex: z.number().nullable(),
});
export type RegionNode = z.infer<typeof RegionNode>;

/** What a store was seen to be made of. */
export const StoreFacts = z.object({
  version: z.string().max(100).nullable().default(null),
  clusterName: z.string().max(200).nullable().default(null),
  /** Whether its storage is raft; null = could not be learnt. */
  isRaft: z.boolean().nullable().default(null),
  nodes: z.array(RegionNode).max(50).default([]),
  autopilot: z
    .object({ isHealthy: z.boolean(), failureTolerance: z.number() })
    .nullable()
    .default(null),
  committedIndex: z.number().nullable().default(null),
  appliedIndex: z.number().nullable().default(null),
});
export type StoreFacts = z.infer<typeof StoreFacts>;

/** The heartbeat that the console writes in the primary and looks for in the others. */
export const Marker = z.object({ sequence: z.number().int().min(1), writtenAt: z.date() });
export type Marker = z.infer<typeof Marker>;

export const LAGS = ["none", "within-limit", "beyond-limit", "unknown"] as const;
export const LAG_REASONS = [
  "primary",
  "seen",
  "not-observed",
  "no-replication",
  "never-seen",
  "not-readable",
  "contradiction",
] as const;

export const ApplyRegionsInput = z.object({
  regions: z
    .array(
      z.object({
        name: RegionName,
        displayName: z.string().min(1).max(120),
        addresses: z.array(z.string().min(1).max(300)).min(1).max(9),
        role: z.enum(["primary", "read-only"]),
        replication: z.enum(["none", "storage-snapshot", "other"]),
        maxLagSeconds: z.number().int().min(1).max(604_800),
      }),
    )
    .min(1)
    .max(20),
  /** Names of the Azure Key Vaults that are configured besides. */
  keyVaults: z
    .array(z.string().regex(/^[a-z0-9.-]{1,200}$/))
    .max(20)
    .default([]),
});

export const StoreId = z
  .string()
  .regex(/^(openbao|azure-key-vault)\/[a-z0-9.-]{1,200}$/, "must be like openbao/region");

export const ObservationTask = z.object({
  storeId: z.string(),
  kind: z.enum(["openbao", "azure-key-vault"]),
  region: z.string().nullable(),
  role: z.enum(["primary", "read-only"]).nullable(),
  fence: z.string(),
  /** In the primary: the marker to write. Elsewhere null. */
  marker: Marker.nullable(),
  /** Whether a marker is to be looked for: somebody replicates to it. */
  isReplicated: z.boolean(),
});
export type ObservationTask = z.infer<typeof ObservationTask>;

export const RecordObservationInput = z.object({
  storeId: StoreId,
  fence: z.string().regex(/^\d{1,19}$/),
  state: StoreState,
  facts: StoreFacts,
  detail: z.string().max(500).default(""),
  /** Written in the primary, or seen elsewhere; `none` was there; `unreadable` could not be learnt. */
  marker: z.union([Marker, z.literal("none"), z.literal("unreadable")]),
});
export const ObservationRecorded = z.object({
  isRecorded: z.boolean(),
  state: StoreState,
  /** What it was before, when that is another state. */
  changedFrom: StoreState.nullable(),
});

export const READ_STATES = ["verified", "behind", "unknown"] as const;

export const RecordRegionReadInput = z.object({
  bindingId: entityId("secret binding"),
  region: RegionName,
  /** The version that the binding had when the region was asked. */
  expectedVersion: z.number().int().min(0),
  result: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("read"), seenVersion: z.number().int().min(0) }),
    z.object({ kind: z.literal("unknown"), reason: z.string().regex(/^[a-z][a-z_-]{1,60}$/) }),
  ]),
});

const Reason = z.string().trim().min(10, "must say why, in ten letters or more").max(2_000);

export const RequestPromotionInput = z.object({
  kind: z.enum(PROMOTION_KINDS),
  targetRegionId: entityId("region"),
  reason: Reason,
});
export const PromotionId = z.object({ promotionId: entityId("region promotion") });
export const TickCheckInput = PromotionId.extend({
  item: z.enum(CHECK_ITEMS),
  evidence: z.string().trim().min(3, "must say by what you know it").max(2_000),
});
export const WithdrawPromotionInput = PromotionId.extend({ reason: Reason });
export const ExecutePromotionInput = PromotionId.extend({
  /** The digest of what was approved, as it was shown. */
  subjectDigest: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "must be the 64 hexadecimal digits of the subject's digest"),
});
export const ConcludePromotionInput = PromotionId.extend({
  outcome: z.enum(["succeeded", "failed"]),
  evidence: Reason,
});
export const PromotionOutcome = z.object({ promotionId: z.string(), state: z.string() });
