import { z } from "zod";
import { CHECK_ITEMS, PROMOTION_KINDS } from "#server/engines/dr-promotion/checklist.ts";
import { PROMOTION_STATES } from "#server/engines/dr-promotion/state-machine.ts";
import { entityId } from "#server/platform/entity-id.ts";
import { LAG_REASONS, LAGS, READ_STATES, StoreFacts, StoreState } from "./schema.ts";

/** What every tenant may know of a store: what it is, and since when. */
export const StoreStatus = z.object({
  storeId: z.string(),
  kind: z.enum(["openbao", "azure-key-vault"]),
  region: z.string().nullable(),
  role: z.enum(["primary", "read-only"]).nullable(),
  state: StoreState,
  stateSince: z.date(),
  observedAt: z.date().nullable(),
});
export type StoreStatus = z.infer<typeof StoreStatus>;
export const StoreStatuses = z.object({ asOf: z.date(), stores: z.array(StoreStatus) });

/** The Sovereign's alone: what its cluster is made of. */
export const RegionCluster = z.object({
  addresses: z.array(z.string()),
  configuredRole: z.enum(["primary", "read-only"]),
  replication: z.enum(["none", "storage-snapshot", "other"]),
  maxLagSeconds: z.number(),
  state: StoreState,
  stateSince: z.date(),
  observedAt: z.date().nullable(),
  detail: z.string(),
  facts: StoreFacts,
  lag: z.enum(LAGS),
  lagReason: z.enum(LAG_REASONS),
  lagSince: z.date(),
  /** When the newest marker seen there was written. */
  markerWrittenAt: z.date().nullable(),
});
export type RegionCluster = z.infer<typeof RegionCluster>;

/** How many promoted versions a region was seen to have. */
export const ReadCounts = z.object({
  verified: z.number(),
  behind: z.number(),
  unknown: z.number(),
  verifiedAt: z.date().nullable(),
  checkedAt: z.date().nullable(),
});

export const RegionView = z.object({
  region: z.string(),
  /** Null outside the Sovereign's context: nothing can be asked of it there. */
  regionId: z.string().nullable(),
  displayName: z.string(),
  role: z.enum(["primary", "read-only"]),
  roleSince: z.date(),
  cluster: RegionCluster.nullable(),
  reads: ReadCounts,
});
export type RegionView = z.infer<typeof RegionView>;

export const RegionRead = z.object({
  region: z.string(),
  displayName: z.string(),
  role: z.enum(["primary", "read-only"]),
  /** `unknown` with the reason `not-read-yet` until it was read once. */
  state: z.enum(READ_STATES),
  reason: z.string(),
  since: z.date().nullable(),
  expectedVersion: z.number().nullable(),
  seenVersion: z.number().nullable(),
  checkedAt: z.date().nullable(),
  verifiedAt: z.date().nullable(),
  verifiedVersion: z.number().nullable(),
});
export type RegionRead = z.infer<typeof RegionRead>;

export const ReadsOfBindingInput = z.object({ bindingId: entityId("secret binding") });
export const ReadsOfBinding = z.object({
  asOf: z.date(),
  /** Whether it has a version that a region can be asked for. */
  isVersioned: z.boolean(),
  reads: z.array(RegionRead),
});

/** One of the tenant's own credentials whose version a region has not shown. */
export const UnverifiedRead = z.object({
  bindingId: z.string(),
  name: z.string(),
  environment: z.string(),
  region: z.string(),
  state: z.enum(["behind", "unknown"]),
  reason: z.string(),
  since: z.date(),
  expectedVersion: z.number(),
  seenVersion: z.number().nullable(),
});
export type UnverifiedRead = z.infer<typeof UnverifiedRead>;

export const RegionsOverview = z.object({
  asOf: z.date(),
  isSovereign: z.boolean(),
  regions: z.array(RegionView),
  otherStores: z.array(StoreStatus),
  unverified: z.array(UnverifiedRead),
});
export type RegionsOverview = z.infer<typeof RegionsOverview>;

const PersonView = z.object({ name: z.string(), kind: z.string() });

export const PromotionView = z.object({
  promotionId: z.string(),
  kind: z.enum(PROMOTION_KINDS),
  from: z.string(),
  target: z.string(),
  reason: z.string(),
  state: z.enum(PROMOTION_STATES),
  requestedBy: PersonView,
  executedBy: PersonView.nullable(),
  concludedBy: PersonView.extend({ outcome: z.enum(["succeeded", "failed"]) }).nullable(),
  conclusion: z.string().nullable(),
  checks: z.array(
    z.object({
      item: z.enum(CHECK_ITEMS),
      evidence: z.string().nullable(),
      tickedBy: z.string().nullable(),
      tickedAt: z.date().nullable(),
    }),
  ),
  approvalId: z.string().nullable(),
  subjectDigest: z.string().nullable(),
  /** What was approved is no longer what is seen. */
  isStale: z.boolean(),
  errorText: z.string().nullable(),
  createdAt: z.date(),
  updatedAt: z.date(),
  finishedAt: z.date().nullable(),
});
export type PromotionView = z.infer<typeof PromotionView>;

export const Promotions = z.object({
  asOf: z.date(),
  /** Whether the operator's hook is configured: without it nothing can be carried out. */
  hasHook: z.boolean(),
  promotions: z.array(PromotionView),
});
export type Promotions = z.infer<typeof Promotions>;
