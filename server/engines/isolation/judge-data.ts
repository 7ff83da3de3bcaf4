import { namespaceOf, record } from "#server/engines/kubernetes/manifest-fields.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import { type ClusterTenancy, isSeen } from "./cluster-tenancy.ts";
import type { Declaration } from "./declaration.ts";
import type { Fact, FactCode, FactSource, Verdict } from "./fact.ts";

/** What a database's own catalog says of row security. */
export interface CatalogEvidence {
  /** The name by which a declaration means this database. */
  name: string;
  tables: readonly { name: string; isForced: boolean; policies: number }[];
  /** Logins of the application that row security doesn't bind. */
  unboundLogins: readonly string[];
}

const TENANT_LABEL = "catalyst.openova.io/tenant";
const OPERATOR = "postgresql.cnpg.io/v1";
const CLUSTER_KIND = "postgresql.cnpg.io/Cluster";

type Add = (
  code: FactCode,
  verdict: Verdict,
  params: Record<string, string>,
  more?: { objects?: string[]; peer?: string; source?: FactSource },
) => void;

/**
 * Data: the boundary names `namespace/cluster` (a database cluster of its own), `namespace/cluster/database`
 * (a database in a shared one), both read from the objects of CloudNativePG, or the name of a database
 * whose catalog is read, where rows are divided. The console's own database is judged for everybody:
 * every tenant's records are in it.
 */
export function judgeData(
  { clusters, isWhole }: { clusters: readonly ClusterTenancy[]; isWhole: boolean },
  catalog: CatalogEvidence | null,
  tenant: string,
  declared: Declaration["data"],
): Fact[] {
  const facts: Fact[] = [];
  const everywhere = clusters.map(({ evidence }) => evidence.name).join(", ");
  const cluster = { kind: "cluster", name: everywhere } as const;
  const add: Add = (code, verdict, params, { objects = [], peer, source = cluster } = {}) => {
    const whose = peer === undefined ? {} : { peer };
    facts.push({ layer: "data", code, verdict, source, params, objects, ...whose });
  };
  const isCatalog = catalog !== null && declared.database === catalog.name;
  if (catalog) judgeCatalog(catalog, declared.model === "shared" && isCatalog, add);
  if (isCatalog) {
    if (declared.model !== "shared") {
      const source = { kind: "catalog", name: catalog.name } as const;
      add("database-shared-cluster", "violates", { database: catalog.name }, { source });
    }
    return facts;
  }
  const { database, model } = declared;
  if (database === null || clusters.length === 0) {
    add("no-source", "unknown", { database: database ?? "" });
    return facts;
  }
  // It may be in another cluster than the tenant's workloads.
  const holding = clusters.filter((each) => databaseClusters(each, database).length > 0);
  if (holding.length === 0) {
    const isSure = isWhole && clusters.every(({ evidence }) => isSeen(evidence, CLUSTER_KIND));
    add("database-absent", isSure ? "violates" : "unknown", { database });
  }
  for (const tenancy of holding) {
    const source = { kind: "cluster", name: tenancy.evidence.name } as const;
    judgeObjects(tenancy, { tenant, model, boundary: database }, (code, verdict, params, more) =>
      add(code, verdict, params, { source, ...more }),
    );
  }
  return facts;
}

function judgeCatalog(catalog: CatalogEvidence, isBoundary: boolean, add: Add): void {
  const source = { kind: "catalog", name: catalog.name } as const;
  const open = catalog.tables.filter(({ isForced, policies }) => !isForced || policies === 0);
  for (const { name } of open.slice(0, 50)) {
    add(
      "row-security-missing",
      "violates",
      { table: name },
      { source, objects: [`Table ${name}`] },
    );
  }
  for (const login of catalog.unboundLogins) {
    add("login-bypasses-row-security", "violates", { login }, { source });
  }
  if (catalog.tables.length > 0 && open.length + catalog.unboundLogins.length === 0) {
    const params = { tables: String(catalog.tables.length) };
    add("row-security-forced", isBoundary ? "supports" : "notes", params, { source });
  }
}

function databaseClusters({ evidence }: ClusterTenancy, boundary: string): Manifest[] {
  const [namespace, name] = boundary.split("/");
  return evidence.manifests.filter(
    (each) =>
      each.apiVersion === OPERATOR &&
      each.kind === "Cluster" &&
      namespaceOf(each) === namespace &&
      each.metadata.name === name,
  );
}

function judgeObjects(
  tenancy: ClusterTenancy,
  { tenant, model, boundary }: { tenant: string; model: string; boundary: string },
  add: Add,
): void {
  const [namespace = "", name = "", database] = boundary.split("/");
  const { evidence } = tenancy;
  const { manifests } = evidence;
  const object = `Cluster ${namespace}/${name}`;
  const databases = manifests.filter(
    (each) =>
      each.apiVersion === OPERATOR &&
      each.kind === "Database" &&
      namespaceOf(each) === namespace &&
      record(record(each.spec).cluster).name === name,
  );
  const owner = tenancy.ownerOf(namespace);
  const ownerOfDatabase = (each: Manifest): string | null =>
    each.metadata.labels?.[TENANT_LABEL] ?? (owner.kind === "tenant" ? owner.tenant : null);
  const foreign = databases.filter((each) => ownerOfDatabase(each) !== tenant);
  if (model === "silo") {
    if (owner.kind === "tenant" && owner.tenant !== tenant) {
      add("database-foreign", "violates", { database: boundary }, { peer: owner.tenant });
    }
    for (const each of foreign) {
      const peer = ownerOfDatabase(each);
      add(
        "database-shared-cluster",
        "violates",
        { database: boundary },
        { objects: [object], ...(peer === null ? {} : { peer }) },
      );
    }
    if (foreign.length === 0 && (owner.kind !== "tenant" || owner.tenant === tenant)) {
      add("database-own-cluster", "supports", { database: boundary }, { objects: [object] });
    }
    return;
  }
  const own = databases.find((each) => record(each.spec).name === database);
  const ownObject = `Database ${namespace}/${own?.metadata.name ?? database ?? ""}`;
  if (!own || database === undefined) {
    const isSure = isSeen(evidence, "postgresql.cnpg.io/Database");
    add("database-absent", isSure ? "violates" : "unknown", { database: boundary });
  } else if (ownerOfDatabase(own) !== tenant) {
    const peer = ownerOfDatabase(own);
    const whose = peer === null ? {} : { peer };
    add("database-foreign", "violates", { database: boundary }, { objects: [ownObject], ...whose });
  } else {
    const role = record(own.spec).owner;
    const sharers = foreign.filter((each) => record(each.spec).owner === role);
    for (const each of sharers) {
      const peer = ownerOfDatabase(each);
      const params = { database: boundary, role: String(role) };
      add("database-foreign", "violates", params, { ...(peer === null ? {} : { peer }) });
    }
    if (sharers.length === 0) {
      const params = { database: boundary, role: String(role) };
      add("database-own", "supports", params, { objects: [object, ownObject] });
    }
  }
}
