import type { Reachability } from "#server/engines/reachability/reachability.ts";
import type { ClusterTenancy } from "./cluster-tenancy.ts";
import type { CrossingEdge } from "./crossing-edges.ts";
import { type Declaration, LAYERS, type Layer } from "./declaration.ts";
import { type CellState, type Fact, type FactSource, stateOf } from "./fact.ts";
import { judgeCompute } from "./judge-compute.ts";
import { type CatalogEvidence, judgeData } from "./judge-data.ts";
import { judgeNetwork } from "./judge-network.ts";
import { judgeQuota } from "./judge-quota.ts";
import { judgeSecrets, type VaultEvidence } from "./judge-secrets.ts";

/** A source that could not be read now. */
export interface Away {
  name: string;
  reason: string;
}

/** A cluster with what was computed from it once for all tenants. */
export interface JudgedCluster {
  tenancy: ClusterTenancy;
  reach: Reachability;
  edges: readonly CrossingEdge[];
}

/** Everything that one look read, of all tenants. */
export interface IsolationEvidence {
  clusters: readonly (JudgedCluster | Away)[];
  vault: VaultEvidence | Away | null;
  catalog: CatalogEvidence | Away | null;
}

export interface Cell {
  layer: Layer;
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

/** The five cells of one environment of one tenant: the same evidence gives the same cells (law 11). */
export function judgeIsolation(evidence: IsolationEvidence, asked: JudgedTenant): Cell[] {
  const { declaration } = asked;
  if (!declaration) {
    return LAYERS.map((layer) => cellOf(layer, null, [undeclared(layer, asked.environment)]));
  }
  const facts = factsOf(evidence, asked, declaration);
  return LAYERS.map((layer) =>
    cellOf(
      layer,
      declaration[layer].model,
      facts.filter((fact) => fact.layer === layer),
    ),
  );
}

function factsOf(
  { clusters, vault, catalog }: IsolationEvidence,
  { tenant, environment, secretPaths }: JudgedTenant,
  declaration: Declaration,
): Fact[] {
  const facts: Fact[] = [];
  const away = (layer: Layer, kind: FactSource["kind"], { name, reason }: Away) => {
    const source = { kind, name };
    const params = { source: name, reason };
    facts.push({ layer, code: "source-away", verdict: "unknown", source, params, objects: [] });
  };
  const missing = (layer: Layer, kind: FactSource["kind"]) => {
    const source = { kind, name: "" };
    facts.push({
      layer,
      code: "no-source",
      verdict: "unknown",
      source,
      params: {},
      objects: [],
    });
  };
  const read = clusters.filter((each): each is JudgedCluster => "tenancy" in each);
  // A tenant need not be in every cluster: where it has nothing, that cluster says nothing of it.
  const present = read.filter(
    ({ tenancy }) => tenancy.namespacesOf(tenant, environment).length > 0,
  );
  const judged = present.length > 0 ? present : read.slice(0, 1);
  for (const each of clusters.filter((one): one is Away => !("tenancy" in one))) {
    for (const layer of ["compute", "network", "quota"] as const) away(layer, "cluster", each);
  }
  if (clusters.length === 0) {
    for (const layer of ["compute", "network", "quota"] as const) missing(layer, "cluster");
  }
  for (const { tenancy, reach, edges } of judged) {
    const compute = judgeCompute(tenancy, tenant, environment, declaration);
    facts.push(...compute);
    facts.push(
      ...judgeNetwork({ tenancy, reach, edges }, tenant, environment, declaration.network),
    );
    facts.push(...judgeQuota(tenancy, tenant, environment, declaration.quota, compute));
    if (!tenancy.evidence.isComplete) {
      for (const layer of ["compute", "network", "quota"] as const) {
        const { name } = tenancy.evidence;
        facts.push({
          layer,
          code: "source-incomplete",
          verdict: "unknown",
          source: { kind: "cluster", name },
          params: { source: name },
          objects: [],
        });
      }
    }
  }
  const [first] = judged;
  const known = catalog && !("reason" in catalog) ? catalog : null;
  if (catalog && "reason" in catalog) away("data", "catalog", catalog);
  facts.push(...judgeData(first?.tenancy ?? null, known, tenant, declaration.data));
  if (vault && "reason" in vault) away("secrets", "vault", vault);
  else if (!vault) missing("secrets", "vault");
  else {
    const tenancy = first?.tenancy ?? null;
    facts.push(...judgeSecrets(vault, tenancy, tenant, declaration.secrets, secretPaths));
  }
  return facts;
}

function cellOf(layer: Layer, model: string | null, facts: readonly Fact[]): Cell {
  return { layer, model, state: stateOf(facts), facts };
}

function undeclared(layer: Layer, environment: string): Fact {
  return {
    layer,
    code: "not-declared",
    verdict: "unknown",
    source: { kind: "declaration", name: environment },
    params: { environment },
    objects: [],
  };
}
