import { z } from "zod";

const ENVIRONMENTS = ["dev", "test", "staging", "prod"] as const;
const Label = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "must be a name in kebab-case, as a DNS label");
const TenantName = z
  .string()
  .regex(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/, "must be the name of an organization");
const Reason = z
  .string()
  .trim()
  .min(10, "must say why, in 10 characters or more")
  .max(1_000, "must be 1,000 characters at most");

export const SaveClusterInput = z.object({
  cluster: Label,
  description: z.string().trim().max(300, "must have at most 300 characters").default(""),
  /** The organizations whose namespaces it may hold. */
  tenants: z.union([z.literal("every"), z.array(TenantName).min(1).max(1_000)]),
  /** Its questions are no longer answered. */
  isRetired: z.boolean().default(false),
  reason: Reason,
});
export const ClusterSaved = z.object({
  cluster: z.string(),
  outcome: z.enum(["created", "changed", "unchanged"]),
});

const WEEK_SECONDS = 7 * 86_400;

export const SetCredentialInput = z.object({
  cluster: Label,
  /** SHA-256 of the token; the token itself is never sent here. */
  tokenHash: z.string().regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in 64 hexadecimal digits"),
  /** How long those before it are still taken; 0: they end now. */
  keepOldSeconds: z
    .number()
    .int()
    .min(0)
    .max(WEEK_SECONDS, "must be a week at most")
    .default(86_400),
  reason: Reason,
});
export const CredentialSet = z.object({
  cluster: z.string(),
  outcome: z.enum(["added", "unchanged"]),
  /** When those before it end; null: there was none. */
  oldEndsAt: z.date().nullable(),
});

export const NamespaceRule = z.discriminatedUnion("rule", [
  z.object({
    namespace: Label,
    rule: z.literal("owned"),
    tenant: TenantName,
    environment: z.enum(ENVIRONMENTS),
    /** Null: any service of the environment. */
    service: Label.nullable().default(null),
  }),
  /** Nothing in it is judged. */
  z.object({ namespace: Label, rule: z.literal("exempt") }),
  /** Nobody's any more: nothing new runs in it. */
  z.object({ namespace: Label, rule: z.literal("removed") }),
]);
export type NamespaceRule = z.infer<typeof NamespaceRule>;

export const SaveNamespacesInput = z.object({
  cluster: Label,
  namespaces: z
    .array(NamespaceRule)
    .min(1)
    .max(500)
    .refine((all) => new Set(all.map(({ namespace }) => namespace)).size === all.length, {
      error: "must name each namespace once",
    }),
  reason: Reason,
});
export const NamespacesSaved = z.object({ cluster: z.string(), changed: z.number() });

const NamespaceRow = z.object({
  cluster: z.string(),
  namespace: z.string(),
  rule: z.enum(["owned", "exempt"]),
  tenant: z.string().nullable(),
  environment: z.enum(ENVIRONMENTS).nullable(),
  service: z.string().nullable(),
  reason: z.string(),
  savedBy: z.string(),
  savedAt: z.date(),
});
export type NamespaceRow = z.infer<typeof NamespaceRow>;

export const AdmissionOverview = z.object({
  asOf: z.date(),
  isSovereign: z.boolean(),
  /** In the Sovereign's context: all of them, by name, retired ones last. */
  clusters: z.array(
    z.object({
      cluster: z.string(),
      description: z.string(),
      tenants: z.union([z.literal("every"), z.array(z.string())]),
      updatedAt: z.date(),
      retiredAt: z.date().nullable(),
      /** Credentials that are taken now, newest first. */
      credentials: z.array(
        z.object({
          /** The first eight digits of the hash, to tell two apart. */
          mark: z.string(),
          addedBy: z.string(),
          addedAt: z.date(),
          endsAt: z.date().nullable(),
        }),
      ),
    }),
  ),
  namespaces: z.array(NamespaceRow),
  /** Those of this organization. */
  here: z.array(
    z.object({
      cluster: z.string(),
      namespace: z.string(),
      environment: z.enum(ENVIRONMENTS),
      service: z.string().nullable(),
      savedAt: z.date(),
    }),
  ),
});
export type AdmissionOverview = z.infer<typeof AdmissionOverview>;
