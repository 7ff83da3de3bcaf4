import type { Role } from "../../../platform/authz/scopes.ts";

export type Topology = "per-organization" | "shared-sovereign";

export interface DemoSovereign {
  /** Name of the installation, and the id of its reserved tenant. */
  readonly name: string;
  readonly displayName: string;
  readonly topology: Topology;
  readonly tenants: readonly { readonly id: string; readonly displayName: string }[];
}

/** The two demo installations of DESIGN §8, one for each Keycloak topology. */
export const DEMO_SOVEREIGNS: readonly DemoSovereign[] = [
  {
    name: "omantel",
    displayName: "Omantel",
    topology: "per-organization",
    tenants: [
      { id: "muscatpharmacy", displayName: "Muscat Pharmacy" },
      { id: "acme-shop", displayName: "Acme Shop" },
      { id: "lulu-hypermarket", displayName: "Lulu Hypermarket" },
    ],
  },
  {
    name: "bankdhofar",
    displayName: "BankDhofar",
    topology: "shared-sovereign",
    tenants: [
      { id: "core-banking", displayName: "Core Banking" },
      { id: "digital-channels", displayName: "Digital Channels" },
      { id: "analytics", displayName: "Analytics" },
      { id: "corporate-it", displayName: "Corporate IT" },
    ],
  },
];

/** The Sovereign's own realm, in both topologies (DESIGN §2). */
export const SOVEREIGN_REALM = "catalyst-admin";

/** One more of them, since production takes two: nobody fills two places of a quorum. */
export const SECOND_SOVEREIGN_ADMIN = "sovereign-admin-2";

/** Password of every demo user. Production refuses tokens that carry the demo mark. */
export const DEMO_PASSWORD = "demo-password";

/** Stands in a generated realm until the operator sets the variable; production refuses it. */
export const DEMO_CLIENT_SECRET = "demo-client-secret";

/** One demo user for each of these roles in every tenant's realm. */
export const TENANT_REALM_ROLES: readonly Role[] = [
  "security-officer",
  "compliance",
  "org-admin",
  "developer",
  "break-glass",
];

/** One demo user for each of these roles in the Sovereign's realm. */
export const SOVEREIGN_REALM_ROLES: readonly Role[] = [
  "security-officer",
  "sovereign-admin",
  "compliance",
  "platform-operator",
];
