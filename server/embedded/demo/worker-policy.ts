const EVERYTHING = ["create", "read", "update", "patch", "delete", "list"];
const LOOKING = ["read", "list"];
const ENVIRONMENTS = ["dev", "test", "staging", "prod"] as const;
const AREAS = ["data", "metadata", "delete", "undelete", "destroy"] as const;

interface WorkerReach {
  sovereign: string;
  /** The tenants that the demo begins with. */
  tenants: readonly string[];
  /** Paths of all mounts of the vault. */
  mounts: readonly string[];
}

/**
 * What the demo's worker may do in the vault: the tenants' own prefixes of `secret`, those of tenants that are
 * onboarded later by the environments below them, their engines whole, and of the rest only looking.
 */
export function workerPolicy({ sovereign, tenants, mounts }: WorkerReach) {
  const paths: Record<string, { capabilities: string[] }> = {
    "sys/*": { capabilities: LOOKING },
    "identity/*": { capabilities: LOOKING },
    // Which logins have a policy that gives a leaked value (ADR 13).
    // Who may read what is judged by every method's roles and users (ADR 27).
    "auth/+/role": { capabilities: LOOKING },
    "auth/+/role/*": { capabilities: LOOKING },
    "auth/+/users": { capabilities: LOOKING },
    "auth/+/users/*": { capabilities: LOOKING },
    "sys/leases/*": { capabilities: [...EVERYTHING, "sudo"] },
    "auth/token/*": { capabilities: ["read", "update"] },
    // Policies and roles of tenants that come and go, and the secrets of their realms' clients (ADR 33).
    "sys/policies/acl/*": { capabilities: EVERYTHING },
    "auth/kubernetes/role/*": { capabilities: EVERYTHING },
    [`secret/data/${sovereign}/console/*`]: { capabilities: EVERYTHING },
    "secret/metadata": { capabilities: LOOKING },
    "secret/metadata/": { capabilities: LOOKING },
    "secret/metadata/+/": { capabilities: LOOKING },
    "secret/metadata/+": { capabilities: LOOKING },
    // Written in the primary region, looked for in the others (ADR 14).
    "secret/metadata/sovereign-console/region-marker": { capabilities: EVERYTHING },
  };
  for (const area of AREAS) {
    for (const environment of ENVIRONMENTS) {
      paths[`secret/${area}/+/${environment}/*`] = { capabilities: EVERYTHING };
    }
    for (const tenant of tenants) {
      paths[`secret/${area}/${tenant}/*`] = { capabilities: EVERYTHING };
    }
  }
  for (const mount of mounts) {
    if (/^(secret|sys|identity|cubbyhole)$/.test(mount)) continue;
    paths[`${mount}/*`] = { capabilities: EVERYTHING };
  }
  return paths;
}
