/**
 * The one table of scopes and roles. `deploy/keycloak/realm-*.json` is generated from it
 * (`npm run generate:realms`); a check fails when the two disagree.
 */
export const SCOPES = {
  "runtime.secrets.read": "See credentials, their age, policy and rotations (never a value)",
  "runtime.secrets.rotate": "Start a rotation ahead of its schedule",
  "runtime.policies.read": "See which rules apply and the decisions made from them",
  "runtime.approvals.read": "See approval requests and their reviews",
  "runtime.approvals.request": "Ask for an approval, withdraw an own request",
  "runtime.approvals.decide": "Approve or reject a request",
  "runtime.audit.read": "Read the audit log, its checkpoints and proofs",
  "runtime.alerts.read": "See alerts",
  "runtime.alerts.manage": "Acknowledge alerts, manage webhook endpoints",
  "runtime.tenants.read": "See the tenant's own record",
  "runtime.tenants.manage": "Create tenants (in the Sovereign's context only)",
  "runtime.health.read": "See health, counts and metadata of the platform",
} as const;

export type Scope = keyof typeof SCOPES;

export const ROLES = [
  "security-officer",
  "sovereign-admin",
  "compliance",
  "org-admin",
  "developer",
  "platform-operator",
] as const;

export type Role = (typeof ROLES)[number];

export const ROLE_SCOPES: Record<Role, readonly Scope[]> = {
  "security-officer": [
    "runtime.secrets.read",
    "runtime.secrets.rotate",
    "runtime.policies.read",
    "runtime.approvals.read",
    "runtime.approvals.request",
    "runtime.approvals.decide",
    "runtime.audit.read",
    "runtime.alerts.read",
    "runtime.alerts.manage",
    "runtime.tenants.read",
  ],
  "sovereign-admin": [
    "runtime.secrets.read",
    "runtime.policies.read",
    "runtime.approvals.read",
    "runtime.approvals.request",
    "runtime.approvals.decide",
    "runtime.audit.read",
    "runtime.alerts.read",
    "runtime.alerts.manage",
    "runtime.tenants.read",
    "runtime.tenants.manage",
    "runtime.health.read",
  ],
  compliance: [
    "runtime.secrets.read",
    "runtime.policies.read",
    "runtime.approvals.read",
    "runtime.audit.read",
    "runtime.alerts.read",
    "runtime.tenants.read",
  ],
  "org-admin": [
    "runtime.secrets.read",
    "runtime.policies.read",
    "runtime.approvals.read",
    "runtime.approvals.request",
    "runtime.audit.read",
    "runtime.alerts.read",
    "runtime.tenants.read",
  ],
  developer: [
    "runtime.secrets.read",
    "runtime.approvals.read",
    "runtime.approvals.request",
    "runtime.audit.read",
    "runtime.alerts.read",
    "runtime.tenants.read",
  ],
  "platform-operator": ["runtime.health.read"],
};

/** The scopes of a set of role names; unknown names give nothing. */
export function scopesOfRoles(roles: Iterable<string>): Set<Scope> {
  const scopes = new Set<Scope>();
  for (const role of roles) {
    for (const scope of ROLE_SCOPES[role as Role] ?? []) scopes.add(scope);
  }
  return scopes;
}

export function isScope(value: string): value is Scope {
  return Object.hasOwn(SCOPES, value);
}
