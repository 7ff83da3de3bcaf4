import type { ClusterTenancy } from "./cluster-tenancy.ts";
import type { CrossingEdge } from "./crossing-edges.ts";
import type { Declaration } from "./declaration.ts";
import {
  CELL_LAYERS,
  type CellLayer,
  type CellState,
  type Fact,
  type FactSource,
  stateOf,
} from "./fact.ts";
import type { ReachView } from "./frozen-reach.ts";
import { judgeBus } from "./judge-bus.ts";
import { judgeCompute } from "./judge-compute.ts";
import { type CatalogEvidence, judgeData } from "./judge-data.ts";
import { judgeNetwork } from "./judge-network.ts";
import { judgeQuota } from "./judge-quota.ts";
import { type IdentityEvidence, judgeRealm } from "./judge-realm.ts";
import { judgeResidency } from "./judge-residency.ts";
import { judgeSecrets, type VaultEvidence } from "./judge-secrets.ts";
import { layersOfKind } from "./layers-of-kind.ts";

/** A source that could not be read now. */
export interface Away {
  name: string;
  reason: string;
}

/** A cluster with what was computed from it once for all tenants. */
export interface JudgedCluster {
  tenancy: ClusterTenancy;
  reach: ReachView;
  edges: readonly CrossingEdge[];
  /** By tenant, how many more of its edges there are than `edges` lists. */
  unlisted: ReadonlyMap<string, number>;
}

/** Everything that one look read, of all tenants. */
export interface IsolationEvidence {
  clusters: readonly (JudgedCluster | Away)[];
  vault: VaultEvidence | Away | null;
  catalog: CatalogEvidence | Away | null;
  /** Left out where nothing tells of realms. */
  identity?: IdentityEvidence | null;
}

export interface Cell {
  layer: CellLayer;
  model: string | null;
  state: CellState;
  facts: readonly Fact[];
}

export interface JudgedTenant {
  tenant: string;
  environment: string;
  declaration: Declaration | null;
  /** Paths of the tenant's known secrets, below its vault path. */
  secretPaths: readonly string[];
}

/** What a cluster tells of, and what is unknown while it is away. */
const OF_CLUSTERS = ["compute", "network", "quota", "residency"] as const;

/** The cells of one environment of one tenant: the same evidence gives the same cells (law 11). */
export function judgeIsolation(evidence: IsolationEvidence, asked: JudgedTenant): Cell[] {
  const { declaration } = asked;
  if (!declaration) {
    return CELL_LAYERS.map((layer) => cellOf(layer, null, [undeclared(layer, asked.environment)]));
  }
  const facts = factsOf(evidence, asked, declaration);
  return CELL_LAYERS.map((layer) =>
    cellOf(
      layer,
      layer === "residency" ? null : declaration[layer].model,
      facts.filter((fact) => fact.layer === layer),
    ),
  );
}

function factsOf(
  { clusters, vault, catalog, identity }: IsolationEvidence,
  { tenant, environment, secretPaths }: JudgedTenant,
  declaration: Declaration,
): Fact[] {
  const facts: Fact[] = [];
  const unknown = (
    layer: CellLayer,
    code: "source-away" | "source-incomplete" | "kind-unread" | "no-source",
    source: FactSource,
    params: Record<string, string> = {},
  ) => facts.push({ layer, code, verdict: "unknown", source, params, objects: [] });
  const away = (layer: CellLayer, kind: FactSource["kind"], { name, reason }: Away) =>
    unknown(layer, "source-away", { kind, name }, { source: name, reason });
  const read = clusters.filter((each): each is JudgedCluster => "tenancy" in each);
  const all = read.map(({ tenancy }) => tenancy);
  // A tenant need not be in every cluster: where it has nothing, that cluster says nothing of it.
  const present = read.filter(
    ({ tenancy }) => tenancy.namespacesOf(tenant, environment).length > 0,
  );
  const judged = present.length > 0 ? present : read.slice(0, 1);
  for (const each of clusters.filter((one): one is Away => !("tenancy" in one))) {
    for (const layer of OF_CLUSTERS) away(layer, "cluster", each);
  }
  if (clusters.length === 0) {
    for (const layer of OF_CLUSTERS) unknown(layer, "no-source", { kind: "cluster", name: "" });
  }
  const compute: Fact[] = [];
  const seen = new Set(all.flatMap((each) => each.namespacesOf(tenant, environment)));
  for (const { tenancy, reach, edges, unlisted } of judged) {
    const own = judgeCompute(tenancy, tenant, environment, declaration);
    // A declared namespace may be in another cluster.
    compute.push(
      ...own.filter(
        ({ code, params }) => code !== "namespace-absent" || !seen.has(params.namespace ?? ""),
      ),
    );
    const { network } = declaration;
    facts.push(...judgeNetwork({ tenancy, reach, edges, unlisted }, tenant, environment, network));
    facts.push(...judgeBus(tenancy, tenant, environment));
  }
  facts.push(...compute);
  if (judged.length > 0) {
    const tenancies = judged.map(({ tenancy }) => tenancy);
    facts.push(...judgeQuota(tenancies, tenant, environment, declaration.quota, compute));
  }
  for (const { evidence } of all) {
    const source = { kind: "cluster", name: evidence.name } as const;
    if (!evidence.isComplete) {
      for (const layer of OF_CLUSTERS) {
        unknown(layer, "source-incomplete", source, { source: evidence.name });
      }
    }
    for (const { kind, reason } of evidence.unread ?? []) {
      for (const layer of layersOfKind(kind)) {
        unknown(layer, "kind-unread", source, { source: evidence.name, kind, reason });
      }
    }
  }
  const known = catalog && !("reason" in catalog) ? catalog : null;
  if (catalog && "reason" in catalog) away("data", "catalog", catalog);
  const isWhole = all.length === clusters.length;
  facts.push(...judgeData({ clusters: all, isWhole }, known, tenant, declaration.data));
  const knownVault = vault && !("reason" in vault) ? vault : null;
  if (vault && "reason" in vault) away("secrets", "vault", vault);
  else if (!vault) unknown("secrets", "no-source", { kind: "vault", name: "" });
  else facts.push(...judgeSecrets(vault, all, tenant, declaration.secrets, secretPaths));
  if (identity) facts.push(...judgeRealm(identity, all, tenant));
  const places = { present: present.map(({ tenancy }) => tenancy), all, vault: knownVault };
  facts.push(...judgeResidency(places, tenant, environment, declaration));
  return facts;
}

function cellOf(layer: CellLayer, model: string | null, facts: readonly Fact[]): Cell {
  return { layer, model, state: stateOf(facts), facts };
}

function undeclared(layer: CellLayer, environment: string): Fact {
  return {
    layer,
    code: "not-declared",
    verdict: "unknown",
    source: { kind: "declaration", name: environment },
    params: { environment },
    objects: [],
  };
}
