import { z } from "zod";
import type { Topology } from "./realms/demo-sovereigns.ts";

const dnsLabel = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "is not a DNS label");
/** As the tenant table has it: a DNS label that begins with a letter. */
const tenantName = z.string().regex(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/, "is not a tenant's name");

const Binding = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("tenant"), tenant: tenantName }),
  z.object({ kind: z.literal("claim"), claim: z.string().min(1) }),
]);

/** How the worker reads who has which role in a realm, and takes one away where it may. */
const Directory = z.object({
  /** A client with a service account: `view-users`, `view-clients`; to take roles away `manage-users`. */
  clientId: z.string().min(1),
  clientSecretFile: z.string().min(1),
  /** Whether the console asks for removals itself; else they are a to-do of the realm's administrator. */
  removesRoles: z.boolean().default(false),
  /** Who does what the console may not, in words: a team or a desk. */
  administrator: z.string().min(1).max(200).optional(),
});

const RealmConfig = z.object({
  realm: dnsLabel,
  issuer: z.url({ protocol: /^https?$/ }),
  clientId: z.string().min(1),
  clientSecretFile: z.string().min(1),
  displayName: z.string().min(1),
  binding: Binding,
  /** Levels of authentication that stand for a second factor; all are asked for, one must come back. */
  stepUpAcr: z.array(z.string().min(1).max(200)).min(1).default(["2"]),
  directory: Directory.optional(),
});

/** The shape of `identity.json`: the allow-list of issuers, each bound to its tenant or to a claim. */
export const IdentityConfigSchema = z
  .object({
    topology: z.enum(["per-organization", "shared-sovereign"] satisfies Topology[]),
    realms: z.array(RealmConfig).min(1),
  })
  .superRefine((config, context) => {
    const listed = {
      realm: config.realms.map((each) => each.realm),
      issuer: config.realms.map((each) => each.issuer),
      tenant: config.realms.flatMap((each) =>
        each.binding.kind === "tenant" ? [each.binding.tenant] : [],
      ),
    };
    for (const [name, values] of Object.entries(listed)) {
      const twice = values.find((value, index) => values.indexOf(value) !== index);
      if (twice) context.addIssue({ code: "custom", message: `${name} ${twice} is listed twice` });
    }
  });

export type IdentityConfig = z.infer<typeof IdentityConfigSchema>;
export type RealmConfig = IdentityConfig["realms"][number];

/** The allow-listed realm of an issuer, compared exactly; `null` means its keys are never fetched. */
export function realmOfIssuer(config: IdentityConfig, issuer: unknown): RealmConfig | null {
  return config.realms.find((each) => each.issuer === issuer) ?? null;
}

/** The realm that speaks for one tenant alone; null where only the Sovereign's realm names it. */
export function realmOfTenant(config: IdentityConfig, tenant: string): RealmConfig | null {
  return (
    config.realms.find(({ binding }) => binding.kind === "tenant" && binding.tenant === tenant) ??
    null
  );
}

export function realmNamed(config: IdentityConfig, name: string): RealmConfig | null {
  return config.realms.find((each) => each.realm === name) ?? null;
}

/**
 * The tenants a token of this realm may name. A tenant's own realm speaks for that tenant alone,
 * whatever its claims say; only the Sovereign's realm names tenants by claim.
 */
export function tenantsOfClaims(realm: RealmConfig, claims: Record<string, unknown>): string[] {
  if (realm.binding.kind === "tenant") return [realm.binding.tenant];
  const claimed = z.array(tenantName).safeParse(claims[realm.binding.claim]);
  return claimed.success ? [...new Set(claimed.data)] : [];
}
