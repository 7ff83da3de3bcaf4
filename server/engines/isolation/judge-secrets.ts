import type { PathRule } from "#server/engines/vault-policy/parse-policy.ts";
import { policyGives } from "#server/engines/vault-policy/policy-gives.ts";
import type { ClusterTenancy, Owner } from "./cluster-tenancy.ts";
import type { Declaration } from "./declaration.ts";
import type { Fact, FactCode, Verdict } from "./fact.ts";

/** Somebody or something that a vault gives policies to. */
export interface PolicyHolder {
  name: string;
  /** `auth/kubernetes (kubernetes)`, `entity of the identity store`. */
  given: string;
  human: "yes" | "no" | "unknown";
  policies: readonly string[];
  /** Namespaces whose service accounts may take the role; null where it has no such bound. */
  namespaces: readonly string[] | null;
  /** One of the console's own logins, or one that the installation names as the platform's. */
  isPlatform: boolean;
}

export interface VaultEvidence {
  name: string;
  /** Null for a policy that can't be read: it may give anything. */
  policies: ReadonlyMap<string, readonly PathRule[] | null>;
  holders: readonly PolicyHolder[];
  /** Methods whose roles can't be listed. */
  unlisted: readonly string[];
  /** Where it stands, as the installation says. */
  region?: string | null;
}

const KV_MOUNT = "secret";

/**
 * Secrets: who may read below the tenant's path by the vault's policies and what gives them out. Any
 * human is a finding, and so is what runs in another tenant's namespaces. `paths` are secrets that are
 * known to be there, so that a policy for one of them alone is found too.
 */
export function judgeSecrets(
  vault: VaultEvidence,
  clusters: readonly ClusterTenancy[],
  tenant: string,
  declared: Declaration["secrets"],
  paths: readonly string[],
): Fact[] {
  const facts: Fact[] = [];
  const add = (
    code: FactCode,
    verdict: Verdict,
    params: Record<string, string> = {},
    more: { objects?: string[]; peer?: string } = {},
  ) => {
    const source = { kind: "vault", name: vault.name } as const;
    facts.push({ layer: "secrets", code, verdict, source, params, objects: [], ...more });
  };
  if (declared.vaultPath === null) {
    add("no-source", "unknown", {});
    return facts;
  }
  const prefix = declared.vaultPath.replace(/\/+$/, "");
  const probes = [`${prefix}/any-name`, ...paths.filter((path) => path.startsWith(`${prefix}/`))];
  const reaches = (names: readonly string[]): string[] => {
    const all = names.includes("root") ? null : names.map((name) => vault.policies.get(name));
    if (all === null || all.includes(null)) return [...names];
    return [...names, "default"].filter((name) =>
      probes.some((path) =>
        policyGives(vault.policies.get(name) ?? [], `${KV_MOUNT}/data/${path}`, "read"),
      ),
    );
  };
  let readers = 0;
  for (const holder of vault.holders) {
    const by = reaches(holder.policies);
    if (by.length === 0) continue;
    readers += 1;
    const params = { reader: holder.name, given: holder.given, path: prefix };
    const objects = [...new Set(by)].sort().map((name) => `Policy ${name}`);
    if (holder.human === "yes") add("reader-human", "violates", params, { objects });
    else if (holder.isPlatform) add("reader-platform", "notes", params, { objects });
    else addWorkload(clusters, tenant, holder, { params, objects }, add);
  }
  for (const method of vault.unlisted)
    add("reader-unknown", "unknown", { reader: "", given: method });
  if (vault.policies.size > 0)
    add("readers-known", "supports", { count: String(readers), path: prefix });
  return facts;
}

/** A workload's role is as good as the namespaces that may take it. */
function addWorkload(
  clusters: readonly ClusterTenancy[],
  tenant: string,
  { namespaces }: PolicyHolder,
  { params, objects }: { params: Record<string, string>; objects: string[] },
  add: (
    code: FactCode,
    verdict: Verdict,
    params: Record<string, string>,
    more: { objects?: string[]; peer?: string },
  ) => void,
): void {
  if (!namespaces || namespaces.length === 0 || namespaces.includes("*") || clusters.length === 0) {
    add("reader-unknown", "unknown", params, { objects });
    return;
  }
  for (const namespace of namespaces) {
    const owner = ownerIn(clusters, namespace);
    if (owner.kind === "tenant" && owner.tenant !== tenant) {
      // Its role and policies may bear the neighbour's name.
      const { given = "", path = "" } = params;
      add("reader-foreign", "violates", { given, path }, { peer: owner.tenant });
    } else if (owner.kind === "tenant") {
      add("reader-own", "supports", { ...params, namespace }, { objects });
    } else if (owner.kind === "platform") {
      add("reader-platform", "notes", { ...params, namespace }, { objects });
    } else add("reader-unknown", "unknown", { ...params, namespace }, { objects });
  }
}

/** Which cluster a login method trusts can't be seen: where clusters disagree, nobody owns it. */
function ownerIn(clusters: readonly ClusterTenancy[], namespace: string): Owner {
  const owners = new Map(
    clusters
      .map((each) => each.ownerOf(namespace))
      .filter(({ kind }) => kind !== "unowned")
      .map((owner) => [JSON.stringify(owner), owner]),
  );
  const [only] = owners.values();
  return owners.size === 1 && only ? only : { kind: "unowned" };
}
