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
  "runtime.events.write": "Send events of other parts of the platform to the audit log",
  "runtime.events.manage":
    "Register who may send events to the audit log, redrive or discard what was refused",
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
  "runtime.elevation.read": "See who holds elevated rights, and who asks for them",
  "runtime.elevation.request":
    "Ask for elevated rights for a time, activate what was approved, give it back",
  "runtime.elevation.revoke": "Revoke anybody's elevated rights at once",
  "runtime.elevation.manage": "Save what elevation an environment lets people ask for",
  "runtime.admission.manage":
    "Say which clusters ask what may run, and whose their namespaces are (in the Sovereign's context only)",
  "runtime.reviews.read": "See access reviews: who has which role, what was decided, what is left",
  "runtime.reviews.decide": "Decide in an access review whether others keep a role or a grant",
  "runtime.reviews.manage": "Save how often access is reviewed, start and close a review",
  "runtime.break-glass.read": "See who may break glass, what they did with it, and its reviews",
  "runtime.break-glass.use": "Break glass: take declared rights at once, where one is declared",
  "runtime.break-glass.declare": "Declare and retire who may break glass, with a second's approval",
  "runtime.break-glass.review": "Review what somebody else did by breaking glass",
  "runtime.audit.read": "Read the audit log, its checkpoints and proofs",
  "runtime.delivery.read":
    "See where the audit log is delivered, how far behind, and what was set aside",
  "runtime.delivery.manage":
    "Keep the sinks of the audit log, send ranges again, redrive or discard dead letters",
  "runtime.audit.export": "Export events of the audit log, make evidence packs and take them",
  "runtime.retention.read": "See how long the audit log is kept, its holds, erasures and keys",
  "runtime.retention.manage":
    "Say how long events are kept, place and lift legal holds, ask for an erasure",
  "runtime.keys.manage": "Rotate the key of the organization's audit log, or import its own",
  "runtime.alerts.read": "See alerts",
  "runtime.alerts.manage": "Acknowledge alerts, manage webhook endpoints",
  "runtime.targets.manage":
    "Register and retire rotation targets (in the Sovereign's context only)",
  "runtime.tenants.read": "See the tenant's own record",
  "runtime.tenants.manage": "Create and label tenants (in the Sovereign's context only)",
  "runtime.tenants.onboard":
    "Onboard a tenant: keys, realm, vault, bindings and quotas (in the Sovereign's context only)",
  "runtime.tenants.offboard":
    "Offboard a tenant, which exports it and destroys its keys (in the Sovereign's context only)",
  "runtime.tenants.export": "Take the encrypted export of an offboarded tenant",
  "runtime.health.read": "See health, counts and metadata of the platform",
  "runtime.isolation.read":
    "See how each tenant is isolated, layer by layer, and what that was made from",
  "runtime.isolation.manage": "Declare the isolation of an environment and where it may be",
  "runtime.remediations.read": "See what is done about drift, by which policy, and how it went",
  "runtime.remediations.propose": "Propose to mend what drifted, withdraw a proposal",
  "runtime.remediations.manage":
    "Save what may be mended without asking (in the Sovereign's context only), close a breaker again",
  "runtime.drift.read":
    "See what differs from what is declared, since when, and what is being ignored",
  "runtime.drift.manage": "Acknowledge findings of drift, suppress them for a time",
  "runtime.drift.ignore": "Say what is no drift: save and retire ignore rules",
  "runtime.regions.read": "See regions, their clusters, lag and where versions were read",
  "runtime.identity.step-up": "Prove a second factor for one act, keep own security keys",
  "runtime.compliance.read":
    "See which controls hold now, why and since when, and export it; see what threats are held off",
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
  "runtime.elevation.tend":
    "Note what ended by the clock, close requests for elevation that are over",
  "runtime.elevation.project": "Make grants hold elsewhere, and see that they are gone after",
  "runtime.reviews.observe": "Record who has which role, as the identity provider says",
  "runtime.reviews.tend":
    "Start access reviews, remind, and follow revocations until they are seen",
  "runtime.break-glass.settle": "Carry out approved declarations of who may break glass",
  "runtime.answers.sweep":
    "Drop answers kept under idempotency keys, and attempts to step up, after their day",
  "runtime.stores.report": "Note how the console is logged in to a secret store",
  "runtime.delivery.execute": "Deliver the audit log to its sinks and note how far each has come",
  "runtime.evidence.make": "Make evidence packs, end what is over, copy tiles to the content store",
  "runtime.retention.carry-out": "Look after keys of the audit log, and destroy what is due",
  "runtime.audit.witness": "Record what witnesses said to the log's heads",
  "runtime.audit.keys": "Take the change of a log's key on, and note that a key is due",
  "runtime.isolation.observe": "Record what sources show of each tenant's isolation",
  "runtime.drift.observe": "Record what differs from what is declared",
  "runtime.remediations.execute": "Dry-run, apply, verify and roll back remediations",
  "runtime.tenants.carry-out": "Carry out the steps by which tenants come and go",
  "runtime.quotas.observe": "Record what tenants use of the clusters they share",
  "runtime.denials.publish": "Publish how many denials a window counted",
  "runtime.compliance.observe": "Judge compliance checks, audit the rows of the log",
} as const;

/**
 * Production rights (ADR 0022): where an environment's policy demands elevation, a person uses these
 * there by a live grant only, whatever the role gives. What only stops something stays without.
 */
export const PRODUCTION_SCOPES = [
  "runtime.approvals.decide",
  "runtime.deployments.execute",
  "runtime.secrets.override",
  "runtime.environments.manage",
] as const satisfies readonly RoleScope[];

/** What a grant may add: scopes of acts that name an environment, in which the grant then counts. */
export const GRANTABLE_SCOPES = [
  ...PRODUCTION_SCOPES,
  "runtime.deployments.request",
  "runtime.secrets.rotate",
] as const satisfies readonly RoleScope[];

/** What breaking glass may add: the same acts, and what it takes to see what they are about. */
export const BREAK_GLASS_SCOPES = [
  ...GRANTABLE_SCOPES,
  "runtime.secrets.read",
  "runtime.incidents.read",
  "runtime.policies.read",
  "runtime.approvals.read",
  "runtime.deployments.read",
  "runtime.elevation.read",
  "runtime.audit.read",
  "runtime.alerts.read",
  "runtime.tenants.read",
  "runtime.regions.read",
] as const satisfies readonly RoleScope[];

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
  "event-reporter",
  "break-glass",
] as const;

export type Role = (typeof ROLES)[number];

export const ROLE_SCOPES: Record<Role, readonly RoleScope[]> = {
  "security-officer": [
    "runtime.identity.step-up",
    "runtime.reviews.read",
    "runtime.reviews.decide",
    "runtime.reviews.manage",
    "runtime.break-glass.read",
    "runtime.break-glass.review",
    "runtime.elevation.read",
    "runtime.elevation.request",
    "runtime.elevation.revoke",
    "runtime.elevation.manage",
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
    "runtime.compliance.read",
    "runtime.events.manage",
    "runtime.audit.read",
    "runtime.retention.read",
    "runtime.retention.manage",
    "runtime.keys.manage",
    "runtime.audit.export",
    "runtime.delivery.read",
    "runtime.delivery.manage",
    "runtime.alerts.read",
    "runtime.alerts.manage",
    "runtime.tenants.read",
    "runtime.isolation.read",
    "runtime.remediations.read",
    "runtime.remediations.propose",
    "runtime.remediations.manage",
    "runtime.drift.read",
    "runtime.drift.manage",
    "runtime.drift.ignore",
    "runtime.regions.read",
    "runtime.regions.promote",
  ],
  "sovereign-admin": [
    "runtime.identity.step-up",
    "runtime.reviews.read",
    "runtime.reviews.decide",
    "runtime.reviews.manage",
    "runtime.break-glass.read",
    "runtime.break-glass.declare",
    "runtime.break-glass.review",
    "runtime.elevation.read",
    "runtime.elevation.request",
    "runtime.elevation.revoke",
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
    "runtime.admission.manage",
    "runtime.compliance.read",
    "runtime.events.manage",
    "runtime.audit.read",
    "runtime.retention.read",
    "runtime.audit.export",
    "runtime.delivery.read",
    "runtime.delivery.manage",
    "runtime.alerts.read",
    "runtime.alerts.manage",
    "runtime.tenants.read",
    "runtime.targets.manage",
    "runtime.tenants.manage",
    "runtime.tenants.onboard",
    "runtime.tenants.offboard",
    "runtime.tenants.export",
    "runtime.health.read",
    "runtime.isolation.read",
    "runtime.remediations.read",
    "runtime.remediations.propose",
    "runtime.remediations.manage",
    "runtime.isolation.manage",
    "runtime.drift.read",
    "runtime.drift.manage",
    "runtime.drift.ignore",
    "runtime.regions.read",
    "runtime.regions.promote",
  ],
  compliance: [
    "runtime.identity.step-up",
    "runtime.reviews.read",
    "runtime.break-glass.read",
    "runtime.elevation.read",
    "runtime.secrets.read",
    "runtime.incidents.read",
    "runtime.policies.read",
    "runtime.approvals.read",
    "runtime.deployments.read",
    "runtime.compliance.read",
    "runtime.audit.read",
    "runtime.retention.read",
    "runtime.retention.manage",
    "runtime.audit.export",
    "runtime.delivery.read",
    "runtime.delivery.manage",
    "runtime.alerts.read",
    "runtime.tenants.read",
    "runtime.tenants.export",
    "runtime.isolation.read",
    "runtime.remediations.read",
    "runtime.drift.read",
    "runtime.regions.read",
  ],
  "org-admin": [
    "runtime.identity.step-up",
    "runtime.reviews.read",
    "runtime.reviews.decide",
    "runtime.break-glass.read",
    "runtime.elevation.read",
    "runtime.elevation.request",
    "runtime.secrets.read",
    "runtime.incidents.read",
    "runtime.policies.read",
    "runtime.approvals.read",
    "runtime.approvals.request",
    "runtime.deployments.read",
    "runtime.deployments.request",
    "runtime.compliance.read",
    "runtime.audit.read",
    "runtime.retention.read",
    "runtime.audit.export",
    "runtime.delivery.read",
    "runtime.alerts.read",
    "runtime.tenants.read",
    "runtime.isolation.read",
    "runtime.remediations.read",
    "runtime.remediations.propose",
    "runtime.drift.read",
    "runtime.drift.manage",
    "runtime.regions.read",
  ],
  developer: [
    "runtime.identity.step-up",
    "runtime.elevation.read",
    "runtime.elevation.request",
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
    "runtime.identity.step-up",
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
    "runtime.events.write",
    "runtime.consumers.report",
    "runtime.drift.read",
  ],
  // For controllers and workloads that say which version they use, and nothing else.
  "workload-reporter": ["runtime.consumers.report"],
  // For parts of the platform that tell the log what they do, and nothing else.
  "event-reporter": ["runtime.events.write"],
  // Nothing standing but the use of what is declared for them.
  "break-glass": ["runtime.break-glass.use", "runtime.identity.step-up"],
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
