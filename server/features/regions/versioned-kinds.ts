/**
 * Rotators whose credential has a version that a region can be asked for: KV v2 at the binding's path,
 * or a transit key. `app.due_region_reads` names the same ones.
 */
export const VERSIONED_KINDS = [
  "postgres-dual-user",
  "kv-generated",
  "keycloak-client-secret",
  "two-key-cloud",
  "openbao-transit",
] as const;
