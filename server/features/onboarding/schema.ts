import { z } from "zod";
import { OFFBOARD_STEPS, ONBOARD_STEPS } from "#server/engines/onboarding/steps.ts";
import { DeclarationInput, Environment } from "#server/features/isolation/index.ts";
import { DisplayName, TenantSlug } from "#server/features/tenants/index.ts";
import { entityId } from "#server/platform/entity-id.ts";

const Reason = z.string().trim().min(3, "say why, in at least 3 characters").max(2_000);

const LABEL_KEY = /^([a-z0-9.-]{1,200}\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;
const Labels = z
  .record(
    z.string().regex(LABEL_KEY, "is not a label key"),
    z.string().regex(LABEL_VALUE, "is not a label value"),
  )
  .refine((labels) => Object.keys(labels).length <= 50, "must be 50 labels at most");

const DeclaredEnvironment = z.object({ environment: Environment, declaration: DeclarationInput });

const RealmChoice = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("make") }),
  /** One of the configured realms, which must be bound to this tenant. */
  z.object({
    kind: z.literal("existing"),
    realm: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "is not a realm's name"),
  }),
]);

const FirstAdmin = z.object({
  username: z
    .string()
    .trim()
    .toLowerCase()
    .regex(/^[a-z0-9][a-z0-9._@-]{1,98}[a-z0-9]$/, "must be a user name of 3 to 100 characters"),
  /** Where the invitation goes; forgotten when the tenant is ready. */
  email: z.email("must be an e-mail address").max(200),
});

/** Everything that a tenant begins with. */
export const TenantPlanInput = z
  .object({
    slug: TenantSlug,
    displayName: DisplayName,
    labels: Labels,
    environments: z.array(DeclaredEnvironment).min(1, "name at least one environment").max(4),
    realm: RealmChoice,
    admin: FirstAdmin.nullable(),
  })
  .superRefine((plan, context) => {
    const issue = (path: (string | number)[], message: string) =>
      context.addIssue({ code: "custom", path, message });
    const seen = new Set<string>();
    const namespaces = new Set<string>();
    plan.environments.forEach(({ environment, declaration }, at) => {
      const here = ["environments", at];
      if (seen.has(environment)) issue([...here, "environment"], "is listed twice");
      seen.add(environment);
      for (const namespace of declaration.compute.namespaces) {
        if (namespaces.has(namespace))
          issue([...here, "declaration", "compute", "namespaces"], `${namespace} is listed twice`);
        namespaces.add(namespace);
      }
      const path = declaration.secrets.vaultPath;
      if (path !== null && path !== plan.slug && !path.startsWith(`${plan.slug}/`))
        issue([...here, "declaration", "secrets", "vaultPath"], "must be below the tenant's name");
      if (declaration.quota.model !== "silo" && Object.keys(declaration.quota.hard).length === 0)
        issue([...here, "declaration", "quota", "hard"], "must name a limit unless it is a silo");
    });
    if (plan.admin && plan.realm.kind === "existing")
      issue(["admin"], "is invited in a realm that is made; leave it out");
  });
export type TenantPlanInput = z.infer<typeof TenantPlanInput>;

export const OnboardTenantInput = z.object({ plan: TenantPlanInput, reason: Reason });
export const OffboardTenantInput = z.object({
  slug: TenantSlug,
  /** Typed once more: nobody offboards the wrong one by a click. */
  confirmSlug: z.string().max(63),
  reason: Reason,
  waitDays: z.number().int().min(0).max(365),
  keepExportDays: z.number().int().min(1).max(365),
  /** PEM of a public key (RSA from 3072 bits, or EC P-256/P-384): who has the private one reads the export. */
  recipientKey: z.string().trim().min(1, "is needed to encrypt the export").max(10_000),
});

export const LIFE_ACTS = ["onboard", "offboard"] as const;
export const LIFE_STATES = [
  "awaiting_approval",
  "waiting",
  "carrying_out",
  "stopped",
  "done",
  "refused",
  "canceled",
] as const;
export const LifeState = z.enum(LIFE_STATES);
export type LifeState = z.infer<typeof LifeState>;
export const STEP_STATES = ["pending", "doing", "held", "done", "failed"] as const;
export const StepKindName = z.enum([...ONBOARD_STEPS, ...OFFBOARD_STEPS]);

export const LifecycleId = z.object({ lifecycleId: entityId("tenant lifecycle") });
export const LifecycleOutcome = z.object({
  lifecycleId: z.string(),
  state: LifeState,
  approvalId: z.string().nullable(),
});
export const CancelLifecycleInput = LifecycleId.extend({ reason: Reason });
export const RetryLifecycleInput = LifecycleId;

/** What is known of a step: counts and names of the tenant's own; never a value. */
export const StepDetail = z.record(z.string().max(60), z.union([z.string().max(400), z.number()]));
export type StepDetail = z.infer<typeof StepDetail>;

export const BeginStepInput = LifecycleId.extend({
  owner: z.string().min(1).max(200),
  leaseSeconds: z.number().int().min(1).max(3_600),
});
export const StepTask = z.object({
  lifecycleId: z.string(),
  act: z.enum(LIFE_ACTS),
  slug: z.string(),
  displayName: z.string(),
  plan: z.record(z.string(), z.unknown()),
  eventId: z.string(),
  fence: z.string(),
  stepNo: z.number(),
  kind: StepKindName,
  attempt: z.number(),
});
export type StepTask = z.infer<typeof StepTask>;
export const StepBegun = z.object({ task: StepTask.nullable() });

export const RecordStepInput = LifecycleId.extend({
  fence: z.string().regex(/^\d+$/),
  stepNo: z.number().int().min(1).max(50),
  /** `held`: nothing failed, and what it waits for has not come. */
  outcome: z.enum(["done", "held", "failed"]),
  detail: StepDetail,
  trouble: z.string().max(1_000).nullable(),
  /** What an export was sealed as. */
  sealed: z
    .object({ manifest: z.string().max(1_000_000), bytes: z.number().int().positive() })
    .optional(),
});
export const StepRecorded = z.object({ state: LifeState, isOver: z.boolean() });

export const StoreChunkInput = LifecycleId.extend({
  fence: z.string().regex(/^\d+$/),
  chunkNo: z.number().int().min(0).max(100_000),
  bytes: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
});

/** What an offboarding was asked with, as it is kept. */
export const OffboardPlan = z.object({
  waitDays: z.number(),
  keepExportDays: z.number(),
  recipientKey: z.string(),
});
