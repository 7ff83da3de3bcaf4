import { list, namespaceOf, record } from "#server/engines/kubernetes/manifest-fields.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import { type ClusterTenancy, REGION_LABEL } from "./cluster-tenancy.ts";
import type { Declaration } from "./declaration.ts";
import type { Fact, FactCode, FactSource, Verdict } from "./fact.ts";
import type { VaultEvidence } from "./judge-secrets.ts";
import { isOfGroup } from "./owner-of-object.ts";

interface ResidencyEvidence {
  /** Where the tenant has namespaces. */
  present: readonly ClusterTenancy[];
  /** Every cluster that was read: its database may be where it has none. */
  all: readonly ClusterTenancy[];
  vault: VaultEvidence | null;
}

interface Located {
  region: string | null;
  objects: string[];
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

function databaseCluster(tenancy: ClusterTenancy, boundary: string | null): Manifest | null {
  const [namespace, name] = boundary?.split("/") ?? [];
  const found = tenancy.evidence.manifests.find(
    (each) =>
      each.kind === "Cluster" &&
      isOfGroup(each, "postgresql.cnpg.io") &&
      namespaceOf(each) === namespace &&
      each.metadata.name === name,
  );
  return found ?? null;
}

/** Its label, its pods' nodes, what its affinity asks for, or the one region that its cluster is in. */
function locationOf(tenancy: ClusterTenancy, database: Manifest): Located {
  const namespace = namespaceOf(database);
  const { name, labels } = database.metadata;
  const objects = [`Cluster ${namespace}/${name}`];
  const labelled = labels?.[REGION_LABEL];
  if (labelled) return { region: labelled, objects };
  const pods = new Set(
    tenancy.evidence.manifests
      .filter(
        (each) =>
          each.kind === "Pod" &&
          namespaceOf(each) === namespace &&
          each.metadata.labels?.["cnpg.io/cluster"] === name,
      )
      .map((each) => each.metadata.name),
  );
  const nodes = tenancy.pods.flatMap((pod) =>
    pod.namespace === namespace && pods.has(pod.name) && pod.node !== null ? [pod.node] : [],
  );
  const places = new Set(nodes.map((node) => tenancy.nodes.get(node)?.region ?? null));
  if (places.size === 1) return { region: [...places][0] ?? null, objects };
  const wanted = record(record(record(database.spec).affinity).nodeSelector)[REGION_LABEL];
  if (places.size === 0 && typeof wanted === "string") return { region: wanted, objects };
  const everywhere = new Set([...tenancy.nodes.values()].map(({ region }) => region));
  const [only = null] = everywhere;
  const region = places.size > 1 ? null : everywhere.size === 1 ? only : null;
  return {
    region: region ?? (places.size > 1 ? null : (tenancy.evidence.region ?? null)),
    objects,
  };
}

/** Backups that tell of themselves: the database operator's object stores, and Velero's schedules. */
function backupsOf(
  { evidence }: ClusterTenancy,
  own: readonly string[],
  database: Manifest | null,
): Map<string, Located> {
  const found = new Map<string, Located>();
  const { manifests } = evidence;
  if (database) {
    const namespace = namespaceOf(database);
    const spec = record(database.spec);
    const inline = record(record(spec.backup).barmanObjectStore);
    if (Object.keys(inline).length > 0) {
      const object = `Cluster ${namespace}/${database.metadata.name}`;
      found.set(String(inline.destinationPath ?? object), {
        region: regionOfStore(inline, database),
        objects: [object],
      });
    }
    for (const plugin of list(spec.plugins).map(record)) {
      const wanted = record(plugin.parameters).barmanObjectName;
      const store = manifests.find(
        (each) =>
          each.kind === "ObjectStore" &&
          namespaceOf(each) === namespace &&
          each.metadata.name === wanted,
      );
      if (!store) continue;
      const settings = record(record(store.spec).configuration);
      const object = `ObjectStore ${namespace}/${store.metadata.name}`;
      found.set(String(settings.destinationPath ?? object), {
        region: regionOfStore(settings, store),
        objects: [object],
      });
    }
  }
  for (const schedule of manifests) {
    if (schedule.kind !== "Schedule" || !isOfGroup(schedule, "velero.io")) continue;
    const template = record(record(schedule.spec).template);
    const included = list(template.includedNamespaces).map(String);
    const excluded = list(template.excludedNamespaces).map(String);
    const isIn = (each: string) =>
      (included.length === 0 || included.includes("*") || included.includes(each)) &&
      !excluded.includes(each);
    if (!own.some(isIn)) continue;
    const place = String(template.storageLocation ?? "default");
    const store = manifests.find(
      (each) =>
        each.kind === "BackupStorageLocation" &&
        namespaceOf(each) === namespaceOf(schedule) &&
        each.metadata.name === place,
    );
    found.set(place, {
      region: store ? regionOfStore(record(record(store.spec).config), store) : null,
      objects: [`BackupStorageLocation ${namespaceOf(schedule)}/${place}`],
    });
  }
  return found;
}

/** What the object's label or setting says, or an Amazon S3 endpoint's own name. */
function regionOfStore(settings: Record<string, unknown>, { metadata }: Manifest): string | null {
  const labelled = metadata.labels?.[REGION_LABEL];
  if (labelled) return labelled;
  if (typeof settings.region === "string" && settings.region !== "") return settings.region;
  const endpoint = String(settings.endpointURL ?? settings.s3Url ?? "");
  return /\bs3[.-]([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com/.exec(endpoint)?.[1] ?? null;
}
