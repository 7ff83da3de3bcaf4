import { backupsOf } from "./backups-of.ts";
import type { ClusterTenancy } from "./cluster-tenancy.ts";
import { databaseCluster, type Located, locationOf } from "./database-location.ts";
import type { Declaration } from "./declaration.ts";
import type { Fact, FactCode, FactSource, Verdict } from "./fact.ts";
import type { VaultEvidence } from "./judge-secrets.ts";

interface ResidencyEvidence {
  /** Where the tenant has namespaces. */
  present: readonly ClusterTenancy[];
  /** Every cluster that was read: its database may be where it has none. */
  all: readonly ClusterTenancy[];
  vault: VaultEvidence | null;
}

/**
 * Placement: the regions that were agreed with the tenant, and where everything of it is: nodes, clusters,
 * its database, its backups as far as objects tell of them, its vault. What is outside is a residency
 * finding; what doesn't say where it is, is unknown.
 */
export function judgeResidency(
  { present, all, vault }: ResidencyEvidence,
  tenant: string,
  environment: string,
  declaration: Declaration,
): Fact[] {
  const facts: Fact[] = [];
  const { regions } = declaration;
  const tell =
    (source: FactSource) =>
    (code: FactCode, verdict: Verdict, params: Record<string, string>, objects: string[] = []) =>
      facts.push({ layer: "residency", code, verdict, source, params, objects });
  if (regions.length === 0) {
    tell({ kind: "declaration", name: environment })("placement-not-agreed", "unknown", {});
    return facts;
  }
  const allowed = regions.join(", ");
  const judge = (
    add: ReturnType<typeof tell>,
    what: "database" | "backup" | "vault",
    params: Record<string, string>,
    { region, objects }: Located,
  ) => {
    if (region === null) add(`${what}-region-unknown`, "unknown", params, objects);
    else if (regions.includes(region)) {
      add(`${what}-region-agreed`, "supports", { ...params, region }, objects);
    } else add(`${what}-outside-placement`, "violates", { ...params, region, allowed }, objects);
  };
  for (const tenancy of present) {
    const add = tell({ kind: "cluster", name: tenancy.evidence.name });
    judgeNodes(tenancy, { tenant, environment, regions }, add);
  }
  for (const tenancy of all) {
    const add = tell({ kind: "cluster", name: tenancy.evidence.name });
    const database = databaseCluster(tenancy, declaration.data.database);
    const name = declaration.data.database ?? "";
    if (database) judge(add, "database", { database: name }, locationOf(tenancy, database));
    const own = tenancy.namespacesOf(tenant, environment);
    for (const [backup, located] of backupsOf(tenancy, own, database)) {
      judge(add, "backup", { backup }, located);
    }
  }
  if (vault && declaration.secrets.vaultPath !== null) {
    const add = tell({ kind: "vault", name: vault.name });
    judge(add, "vault", { vault: vault.name }, { region: vault.region ?? null, objects: [] });
  }
  return facts;
}

function judgeNodes(
  tenancy: ClusterTenancy,
  asked: { tenant: string; environment: string; regions: readonly string[] },
  add: (
    code: FactCode,
    verdict: Verdict,
    params: Record<string, string>,
    objects?: string[],
  ) => void,
): void {
  const { tenant, environment, regions } = asked;
  const { name: cluster, region: said = null } = tenancy.evidence;
  const allowed = regions.join(", ");
  if (said !== null && !regions.includes(said)) {
    add("cluster-outside-placement", "violates", { cluster, region: said, allowed });
  }
  const own = new Set(tenancy.namespacesOf(tenant, environment));
  const pods = tenancy.pods.filter(({ namespace }) => own.has(namespace));
  const names = [...new Set(pods.flatMap(({ node }) => (node === null ? [] : [node])))].sort();
  const seen = new Set<string>();
  let isAgreed = true;
  for (const node of names) {
    const region = tenancy.nodes.get(node)?.region ?? said;
    const objects = [`Node ${node}`];
    if (region === null) {
      isAgreed = false;
      add("region-unknown", "unknown", { node }, objects);
    } else if (!regions.includes(region)) {
      isAgreed = false;
      add("region-outside-placement", "violates", { node, region, allowed }, objects);
    } else seen.add(region);
  }
  // A pod without a node, or no pod at all: it is where its cluster is, if that is known.
  if (names.length === 0 || pods.some(({ node }) => node === null)) {
    if (said === null) {
      isAgreed = false;
      add("region-unknown", "unknown", { node: "" });
    } else if (regions.includes(said)) seen.add(said);
  }
  if (isAgreed && seen.size > 0) {
    const objects = names.map((node) => `Node ${node}`);
    add("regions-agreed", "supports", { regions: [...seen].sort().join(", ") }, objects);
  }
}
