import { z } from "zod";
import { SECRET_CLASSES } from "#server/engines/secret-policy/default-rule.ts";
import { entityId } from "#server/platform/entity-id.ts";

const yaml = z.string().max(1_048_576, "must be 1 MiB at most");

export const Reason = z
  .string()
  .trim()
  .min(10, "must say why, in 10 characters or more")
  .max(1_000, "must be 1,000 characters at most");

export const PolicyReference = z.object({
  origin: z.enum(["sovereign", "tenant"]),
  name: z.string(),
  version: z.number().int(),
});

/** A rule and why it is this one: what a credential is judged by. */
export const RuleInForce = z.object({
  maxTtlSeconds: z.number().int().nullable(),
  rotateBeforeSeconds: z.number().int(),
  autoRotate: z.boolean(),
  requireApproval: z.array(z.string()).readonly(),
  isConfigurable: z.boolean(),
  managedBy: z.enum(["console", "cert-manager", "workload-identity", "user", "nobody"]),
  source: z.object({
    origin: z.enum(["default", "sovereign", "tenant"]),
    policy: PolicyReference.nullable(),
    /** 1-based line of the rule in its policy. */
    line: z.number().int().nullable(),
    /** Other policies that name the class; this rule is at least as strict as each of theirs. */
    stricterThan: z.array(PolicyReference).readonly(),
  }),
});

export const SaveSecretPoliciesInput = z.object({
  /** One or many SecretPolicy documents. */
  yaml,
  reason: Reason,
  /** The version of each policy that the author started from; one that is left out is new. */
  basedOn: z.record(z.string(), z.number().int().min(0)).default({}),
});

const OUTCOMES = ["created", "changed", "restored", "unchanged"] as const;

export const SecretPoliciesSaved = z.object({
  policies: z.array(
    z.object({
      policyId: z.uuid(),
      name: z.string(),
      version: z.number().int(),
      outcome: z.enum(OUTCOMES),
    }),
  ),
});

export const RetireSecretPolicyInput = z.object({
  policyId: entityId("secret policy"),
  reason: Reason,
});
export const SecretPolicyRetired = z.object({ policyId: z.uuid(), version: z.number().int() });

const LABEL_KEY = /^([a-z0-9.-]{1,200}\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;

export const SetTenantLabelsInput = z.object({
  tenantId: z.string().regex(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/, "is not the name of a tenant"),
  /** All labels it shall have; policies select organizations by them. */
  labels: z
    .record(
      z.string().regex(LABEL_KEY, "is not a label key"),
      z.string().regex(LABEL_VALUE, "is not a label value"),
    )
    .refine((labels) => Object.keys(labels).length <= 50, "must be 50 labels at most"),
  reason: Reason,
});
export const TenantLabelsSet = z.object({
  tenantId: z.string(),
  labels: z.record(z.string(), z.string()),
});

export const ApplySecretPoliciesInput = z.object({
  /** Credentials judged in one transaction. */
  limit: z.number().int().min(1).max(5_000).default(500),
});
export const SecretPoliciesApplied = z.object({
  judged: z.number().int(),
  /** Credentials that have another rule than before. */
  changed: z.number().int(),
  /** Of these, those whose next rotation moved. */
  rescheduled: z.number().int(),
});

const Rule = z.object({
  kind: z.string(),
  maxTtl: z.union([z.number().int(), z.literal("cert-manager-managed")]),
  autoRotate: z.boolean(),
  rotateBeforeSeconds: z.number().int(),
  requireApproval: z.array(z.string()).readonly(),
});

export const SecretPolicyView = z.object({
  policyId: z.uuid(),
  name: z.string(),
  version: z.number().int(),
  organizationLabels: z.record(z.string(), z.string()),
  rules: z.array(Rule),
  savedAt: z.date(),
  retiredAt: z.date().nullable(),
});

export const ListSecretPoliciesOutput = z.object({
  asOf: z.date(),
  isSovereign: z.boolean(),
  labels: z.record(z.string(), z.string()),
  /** The tenant's own, by name; retired ones last. */
  policies: z.array(SecretPolicyView),
  /** In an organization: those of the Sovereign that apply here. */
  imposed: z.array(SecretPolicyView.omit({ savedAt: true, retiredAt: true })),
});

export const SecretPolicyDetailInput = z.object({ policyId: entityId("secret policy") });
export const SecretPolicyDetailOutput = z.object({
  asOf: z.date(),
  policy: SecretPolicyView.extend({ source: z.string() }),
  /** Newest first, 100 at most. */
  versions: z.array(
    z.object({
      version: z.number().int(),
      source: z.string(),
      isRetirement: z.boolean(),
      savedAt: z.date(),
      eventId: z.uuid(),
      actorKind: z.string(),
    }),
  ),
});

export const PreviewSecretPoliciesInput = z.object({ yaml });

export const PolicyProblem = z.object({
  line: z.number().int(),
  /** `spec.rules[1].maxTTL`; empty when it is the text as a whole. */
  field: z.string(),
  message: z.string(),
});

export const PreviewSecretPoliciesOutput = z.object({
  asOf: z.date(),
  problems: z.array(PolicyProblem),
  policies: z.array(
    z.object({
      name: z.string(),
      outcome: z.enum(OUTCOMES),
      /** Null when there is none of this name. */
      currentVersion: z.number().int().nullable(),
      /** Tenants in view whose labels it matches. */
      matches: z.number().int(),
    }),
  ),
  /** Tenants looked at. */
  tenants: z.number().int(),
  counts: z.object({
    /** Credentials that would have another rule. */
    affected: z.number().int(),
    becomesOverdue: z.number().int(),
    rescheduled: z.number().int(),
  }),
  /** The first 50: those that become overdue first. */
  credentials: z.array(
    z.object({
      tenantId: z.string(),
      bindingId: z.uuid(),
      name: z.string(),
      class: z.enum(SECRET_CLASSES),
      environment: z.string(),
      becomesOverdue: z.boolean(),
      nextRotationAt: z.date().nullable(),
      newNextRotationAt: z.date().nullable(),
    }),
  ),
});

export const EffectiveRuleInput = z.object({ bindingId: entityId("secret binding") });
export const EffectiveRuleOutput = z.object({
  asOf: z.date(),
  bindingId: z.uuid(),
  class: z.enum(SECRET_CLASSES),
  rule: RuleInForce,
  /** Whether the credential's dates follow this rule already. */
  isApplied: z.boolean(),
});
