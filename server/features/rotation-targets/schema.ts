import { z } from "zod";

export const TARGET_KINDS = [
  "postgres",
  "openbao",
  "azure-key-vault",
  "azure-storage",
  "keycloak",
  "kubernetes",
  "file",
] as const;

const ENVIRONMENTS = ["dev", "test", "staging", "prod"] as const;
const name = z
  .string()
  .max(100)
  .regex(
    /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/,
    "must be lower-case letters, digits, dots and hyphens, 100 at most",
  );
const tenantId = z
  .string()
  .regex(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/, "must be the name of an organization");
const folder = z
  .string()
  .max(200)
  .regex(
    /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/,
    "must be names joined by single slashes, none beginning with a dot",
  );
const host = z
  .string()
  .max(253)
  .regex(
    /^[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?$/,
    "must be a host name or an address, without port",
  );

/**
 * What the names of one organization begin with. Where `{tenant}` stands, the next character must
 * be one that no organization's name can hold: `acme-` would reach into `acme-shop-`.
 */
const prefix = z
  .string()
  .max(100)
  .regex(
    /^([A-Za-z0-9._/-]*\{tenant\}[._/][A-Za-z0-9._/-]*|[A-Za-z0-9._/-]*)$/,
    "must be letters, digits, dots, hyphens, slashes; {tenant} must be followed by a slash, a dot or an underscore",
  );

/** Where a rotation may log in or act, and at what there. */
export const TargetAddress = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("postgres"),
    host,
    port: z.number().int().min(1).max(65_535),
    tls: z.enum(["verify-full", "disable"]),
    databases: z.array(z.string().min(1).max(63)).min(1).max(200),
  }),
  z.object({
    kind: z.literal("openbao"),
    mount: folder,
    engine: z.enum(["transit", "database", "pki", "kv"]),
    prefix,
  }),
  z.object({
    kind: z.literal("azure-key-vault"),
    vault: z.string().regex(/^[a-zA-Z][0-9a-zA-Z-]{2,23}$/, "must be the name of a Key Vault"),
    prefix,
  }),
  z.object({
    kind: z.literal("azure-storage"),
    subscription: z
      .string()
      .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, "must be the id of a subscription"),
    resourceGroup: z
      .string()
      .regex(/^[\w().-]{1,89}[\w()-]$/, "must be the name of a resource group"),
    accounts: z
      .array(z.string().regex(/^[a-z0-9]{3,24}$/, "must be the name of a storage account"))
      .min(1)
      .max(200),
  }),
  z.object({
    kind: z.literal("keycloak"),
    url: z.url({ protocol: /^https?$/, error: "must be the http or https address of a Keycloak" }),
    realm: z.string().regex(/^[A-Za-z0-9._-]{1,100}$/, "must be the name of a realm"),
  }),
  z.object({
    kind: z.literal("kubernetes"),
    namespaces: z
      .array(z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "must be a namespace"))
      .min(1)
      .max(200),
  }),
  z.object({ kind: z.literal("file"), folder }),
]);
export type TargetAddress = z.infer<typeof TargetAddress>;

const Reason = z
  .string()
  .trim()
  .min(10, "must say why, in 10 characters or more")
  .max(1_000, "must be 1,000 characters at most");

export const SaveRotationTargetInput = z
  .object({
    name,
    address: TargetAddress,
    /** The organizations that may use it. */
    tenants: z.union([z.literal("every"), z.array(tenantId).min(1).max(1_000)]),
    environments: z.array(z.enum(ENVIRONMENTS)).min(1).max(ENVIRONMENTS.length),
    reason: Reason,
  })
  .superRefine(({ address, tenants }, context) => {
    const isShared = tenants === "every" || new Set(tenants).size > 1;
    if (!isShared || address.kind === "postgres") return;
    if ("prefix" in address && address.prefix.includes("{tenant}")) return;
    context.addIssue({
      code: "custom",
      path: ["tenants"],
      message:
        "prefix" in address
          ? "must be one organization, or the prefix must have {tenant} in it: else each reaches the others' names"
          : "must be one organization: what is there is not told apart by organization",
    });
  });

export const RotationTargetSaved = z.object({
  targetId: z.uuid(),
  name: z.string(),
  outcome: z.enum(["created", "changed", "restored", "unchanged"]),
});

export const RetireRotationTargetInput = z.object({ name, reason: Reason });
export const RotationTargetRetired = z.object({ targetId: z.uuid(), name: z.string() });

/** A target that the current organization may use. */
export const RotationTargetHere = z.object({
  targetId: z.uuid(),
  name: z.string(),
  address: TargetAddress,
  environments: z.array(z.enum(ENVIRONMENTS)),
  /** Whether other organizations may use it too. */
  isShared: z.boolean(),
});
export type RotationTargetHere = z.infer<typeof RotationTargetHere>;

export const ListRotationTargetsOutput = z.object({
  asOf: z.date(),
  isSovereign: z.boolean(),
  /** In the Sovereign's context: all of them, by name, retired ones last. */
  targets: z.array(
    z.object({
      targetId: z.uuid(),
      name: z.string(),
      address: TargetAddress,
      tenants: z.union([z.literal("every"), z.array(z.string())]),
      environments: z.array(z.enum(ENVIRONMENTS)),
      updatedAt: z.date(),
      retiredAt: z.date().nullable(),
    }),
  ),
  /** Those that may be used here. */
  here: z.array(RotationTargetHere),
});
