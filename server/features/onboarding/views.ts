import { z } from "zod";
import { LIFE_ACTS, LifeState, STEP_STATES, StepDetail, StepKindName } from "./schema.ts";

export const PlannedThingView = z.object({
  step: StepKindName,
  code: z.string(),
  name: z.string(),
});
export const PlanPreview = z.object({
  things: z.array(PlannedThingView),
  manifests: z.string(),
  manifestsDigest: z.string(),
  needsApproval: z.boolean(),
  /** What is known already to be in the way, as codes. */
  obstacles: z.array(z.enum(["slug-taken", "realm-unknown"])),
});
export type PlanPreview = z.infer<typeof PlanPreview>;

export const StepView = z.object({
  stepNo: z.number(),
  kind: StepKindName,
  state: z.enum(STEP_STATES),
  attempt: z.number(),
  begunAt: z.date().nullable(),
  finishedAt: z.date().nullable(),
  detail: StepDetail,
  trouble: z.string().nullable(),
});
export type StepView = z.infer<typeof StepView>;

export const LifecycleView = z.object({
  lifecycleId: z.string(),
  act: z.enum(LIFE_ACTS),
  slug: z.string(),
  displayName: z.string(),
  state: LifeState,
  reason: z.string(),
  requester: z.string(),
  requestedAt: z.date(),
  approvalId: z.string().nullable(),
  effectiveAt: z.date().nullable(),
  finishedAt: z.date().nullable(),
  endNote: z.string().nullable(),
  exportBytes: z.number().nullable(),
  exportUntil: z.date().nullable(),
  steps: z.array(StepView),
});
export type LifecycleView = z.infer<typeof LifecycleView>;

export const TenantLifeView = z.object({
  tenantId: z.string(),
  displayName: z.string(),
  state: z.enum(["onboarding", "active", "offboarding", "offboarded", "asked"]),
  createdAt: z.date().nullable(),
  /** What is under way or was last. */
  lifecycle: LifecycleView.nullable(),
});
export const TenantLives = z.object({
  asOf: z.date(),
  /** Whether this is the Sovereign's own context: elsewhere there is nothing to see. */
  isSovereign: z.boolean(),
  realms: z.array(z.object({ realm: z.string(), displayName: z.string() })),
  tenants: z.array(TenantLifeView),
});
export type TenantLives = z.infer<typeof TenantLives>;

export const LifecycleDetail = z.object({
  asOf: z.date(),
  lifecycle: LifecycleView,
  /** Onboarding: what Git gets. Offboarding: the signed list of what was exported. */
  manifests: z.string().nullable(),
  exportManifest: z.string().nullable(),
});
export type LifecycleDetail = z.infer<typeof LifecycleDetail>;

export const TakeExportOutcome = z.object({
  lifecycleId: z.string(),
  chunks: z.number(),
  fileName: z.string(),
});
export const ExportChunk = z.object({ chunkNo: z.number(), base64: z.string() });
