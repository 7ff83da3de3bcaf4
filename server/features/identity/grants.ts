import { z } from "zod";
import { ROLES, type Role, type Scope, scopesOfRoles } from "../../platform/authz/scopes.ts";
import { type RealmConfig, tenantsOfClaims } from "./config.ts";

const ROLE_NAMES: ReadonlySet<string> = new Set(ROLES);

const Claims = z.object({
  sub: z.string().min(1),
  resource_access: z
    .object({ "runtime-api": z.object({ roles: z.array(z.string()) }).optional() })
    .optional(),
  preferred_username: z.string().optional(),
  name: z.string().optional(),
  demo: z.union([z.string(), z.boolean()]).optional(),
});

/** What a verified token of a realm grants to its subject. */
export interface Grants {
  readonly subject: string;
  readonly displayName: string;
  readonly tenants: readonly string[];
  readonly roles: readonly Role[];
  readonly scopes: ReadonlySet<Scope>;
  /** A demo account: its password is public, so production refuses it. */
  readonly isDemo: boolean;
}

/** Reads the claims of a verified access token; `null` when they do not have the agreed shape. */
export function grantsOf(realm: RealmConfig, claims: Record<string, unknown>): Grants | null {
  const parsed = Claims.safeParse(claims);
  if (!parsed.success) return null;
  const { sub, resource_access, preferred_username, name, demo } = parsed.data;
  const roles = (resource_access?.["runtime-api"]?.roles ?? []).filter((role): role is Role =>
    ROLE_NAMES.has(role),
  );
  return {
    subject: sub,
    displayName: name ?? preferred_username ?? sub,
    tenants: tenantsOfClaims(realm, claims),
    roles: [...new Set(roles)].sort(),
    scopes: scopesOfRoles(roles),
    isDemo: String(demo) === "true",
  };
}
