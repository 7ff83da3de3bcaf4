/**
 * The one table of scopes and roles. `deploy/keycloak/realm-*.json` is generated from it
 * (`npm run generate:realms`); a check fails when the two disagree.
 */
export const SCOPES = {
  "runtime.secrets.read": "See credentials, their age, policy and rotations (never a value)",
  "runtime.secrets.rotate": "Start a rotation ahead of its schedule",
  "runtime.secrets.bind": "Make, change and end the reference to a secret, and say who rotates it",
  "runtime.secrets.override": "End an old value although something still uses it",
  "runtime.consumers.report": "Report which version of a credential a workload uses",
  "runtime.incidents.read": "See leak incidents: who could read a value and who used it",
  "runtime.incidents.manage": "Mark a value as leaked, close its incident",
  "runtime.leases.manage": "Issue, renew and revoke logins that live by a lease",
  "runtime.policies.read": "See which rules apply and the decisions made from them",
  "runtime.policies.manage": "Save and retire secret policies",
  "runtime.approvals.read": "See approval requests and their reviews",
  "runtime.approvals.request": "Ask for an approval, withdraw an own request",
  "runtime.approvals.decide": "Approve or reject a request",
  "runtime.deployments.read": "See deployment requests, environments, their policies and what runs",
  "runtime.deployments.request": "Ask for a deployment, revise or withdraw an own request, comment",
  "runtime.deployments.execute": "Claim an approved deployment once and report how it went",
  "runtime.environments.manage":
    "Save what an environment demands of deployments, freeze and unfreeze it",
  "runtime.audit.read": "Read the audit log, its checkpoints and proofs",
  "runtime.alerts.read": "See alerts",
  "runtime.alerts.manage": "Acknowledge alerts, manage webhook endpoints",
  "runtime.targets.manage":
    "Register and retire rotation targets (in the Sovereign's context only)",
  "runtime.tenants.read": "See the tenant's own record",
  "runtime.tenants.manage": "Create and label tenants (in the Sovereign's context only)",
  "runtime.health.read": "See health, counts and metadata of the platform",
  "runtime.regions.read": "See regions, their clusters, lag and where versions were read",
  "runtime.regions.promote":
    "Ask for the promotion of another region, and carry out an approved one",
} as const;

/**
 * Scopes of the console's own processes. No role has them and no realm file names them, so no token
 * can carry one: only `workerCaller` and `systemCaller` give them out.
 */
export const WORKER_SCOPES = {
  "runtime.tenants.bootstrap": "Make the Sovereign's own record, once",
  "runtime.approvals.expire": "Close approval requests whose time is over",
  "runtime.approvals.consume": "Mark an approved request as executed, once",
  "runtime.alerts.raise": "Raise an alert and queue its deliveries",
  "runtime.alerts.deliver": "Claim webhook deliveries and record how they went",
  "runtime.rotations.execute": "Claim a due rotation, begin its steps and record how they went",
  "runtime.secrets.discover": "Look for secrets in their stores and record what was found",
  "runtime.policies.apply": "Judge credentials by the policies in force",
  "runtime.consumers.observe": "Record who uses a credential and whether each has moved",
  "runtime.incidents.pursue": "Look after an open leak incident until the value is proved dead",
  "runtime.regions.configure": "Keep the regions as the configuration names them",
  "runtime.regions.observe": "Record what stores are seen to be and which versions regions have",
  "runtime.regions.settle": "Settle the approval of a promotion, and record how it went",
  "runtime.deployments.tend":
    "Check deployment requests, close those that are over, tell subscribers",
  "runtime.stores.report": "Note how the console is logged in to a secret store",
  "runtime.denials.publish": "Publish how many denials a window counted",
} as const;

/** A scope that a role can have. */
export type RoleScope = keyof typeof SCOPES;
export type WorkerScope = keyof typeof WORKER_SCOPES;
export type Scope = RoleScope | WorkerScope;

export const ROLES = [
  "security-officer",
  "sovereign-admin",
  "compliance",
  "org-admin",
  "developer",
  "platform-operator",
  "deployment-pipeline",
  "workload-reporter",
] as const;

export type Role = (typeof ROLES)[number];

export const ROLE_SCOPES: Record<Role, readonly RoleScope[]> = {
  "security-officer": [
    "runtime.secrets.read",
    "runtime.leases.manage",
    "runtime.secrets.rotate",
    "runtime.secrets.bind",
    "runtime.secrets.override",
    "runtime.incidents.read",
    "runtime.incidents.manage",
    "runtime.policies.read",
    "runtime.policies.manage",
    "runtime.approvals.read",
    "runtime.approvals.request",
    "runtime.approvals.decide",
    "runtime.deployments.read",
    "runtime.deployments.request",
    "runtime.audit.read",
    "runtime.alerts.read",
    "runtime.alerts.manage",
    "runtime.tenants.read",
    "runtime.regions.read",
    "runtime.regions.promote",
  ],
  "sovereign-admin": [
    "runtime.secrets.read",
    "runtime.incidents.read",
    "runtime.policies.read",
    "runtime.policies.manage",
    "runtime.approvals.read",
    "runtime.approvals.request",
    "runtime.approvals.decide",
    "runtime.deployments.read",
    "runtime.deployments.request",
    "runtime.environments.manage",
    "runtime.audit.read",
    "runtime.alerts.read",
    "runtime.alerts.manage",
    "runtime.tenants.read",
    "runtime.targets.manage",
    "runtime.tenants.manage",
    "runtime.health.read",
    "runtime.regions.read",
    "runtime.regions.promote",
  ],
  compliance: [
    "runtime.secrets.read",
    "runtime.incidents.read",
    "runtime.policies.read",
    "runtime.approvals.read",
    "runtime.deployments.read",
    "runtime.audit.read",
    "runtime.alerts.read",
    "runtime.tenants.read",
    "runtime.regions.read",
  ],
  "org-admin": [
    "runtime.secrets.read",
    "runtime.incidents.read",
    "runtime.policies.read",
    "runtime.approvals.read",
    "runtime.approvals.request",
    "runtime.deployments.read",
    "runtime.deployments.request",
    "runtime.audit.read",
    "runtime.alerts.read",
    "runtime.tenants.read",
    "runtime.regions.read",
  ],
  developer: [
    "runtime.secrets.read",
    "runtime.approvals.read",
    "runtime.approvals.request",
    "runtime.deployments.read",
    "runtime.deployments.request",
    "runtime.audit.read",
    "runtime.alerts.read",
    "runtime.tenants.read",
  ],
  "platform-operator": [
    "runtime.health.read",
    // Runs the installation: may ask for a promotion, never approve one.
    "runtime.approvals.request",
    "runtime.regions.read",
    "runtime.regions.promote",
  ],
  // For service callers: asks, claims and reports; never decides.
  "deployment-pipeline": [
    "runtime.approvals.read",
    "runtime.approvals.request",
    "runtime.deployments.read",
    "runtime.deployments.request",
    "runtime.deployments.execute",
    "runtime.consumers.report",
  ],
  // For controllers and workloads that say which version they use, and nothing else.
  "workload-reporter": ["runtime.consumers.report"],
};

/** The scopes of a set of role names; unknown names give nothing. */
export function scopesOfRoles(roles: Iterable<string>): Set<Scope> {
  const scopes = new Set<Scope>();
  for (const role of roles) {
    for (const scope of ROLE_SCOPES[role as Role] ?? []) scopes.add(scope);
  }
  return scopes;
}

/** Whether a token may carry this scope: a worker's never. */
export function isScope(value: string): value is RoleScope {
  return Object.hasOwn(SCOPES, value);
}
