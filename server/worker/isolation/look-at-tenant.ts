import "server-only";
import { createHash } from "node:crypto";
import type { z } from "zod";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import type { CrossingEdge, Side } from "#server/engines/isolation/crossing-edges.ts";
import { VERDICTS } from "#server/engines/isolation/fact.ts";
import {
  type IsolationEvidence,
  type JudgedCluster,
  judgeIsolation,
} from "#server/engines/isolation/judge-isolation.ts";
import { raiseAlert } from "#server/features/alerts/index.ts";
import { edgeRef, peerRef } from "#server/features/isolation/index.ts";
import {
  ENVIRONMENTS,
  type LookedCell,
  type LookedEdge,
  type SourceState,
} from "#server/features/isolation/schema.ts";
import { beginIsolationLook } from "#server/features/isolation/verbs/begin-look.ts";
import { recordIsolationLook } from "#server/features/isolation/verbs/record-look.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { recordTenantQuotas } from "./record-quotas.ts";
import { storedFact } from "./stored-fact.ts";

/** What one reading of every source gave, for all tenants. */
export interface Reading {
  evidence: IsolationEvidence;
  sources: SourceState[];
}

export interface LookDependencies {
  /** Once for many tenants: both sides of an edge are of the same moment. */
  reading: () => Promise<Reading>;
  owner: string;
  everySeconds: number;
  /** A cluster told of a change: the turn need not have come. */
  isHastened?: boolean;
}

const LEASE_SECONDS = 300;
const MOST_EDGES = 20_000;
const MOST_FACTS = 500;
/** Another number has every cell judged anew: to be raised with what the engine makes of its evidence. */
const JUDGED_BY = 3;

/** Looks at one tenant: takes the turn, judges what was read, records (law 2). */
export async function lookAtTenant(
  { reading, owner, everySeconds, isHastened = false }: LookDependencies,
  tenantId: string,
): Promise<void> {
  const scopes = [
    "runtime.isolation.observe",
    "runtime.alerts.raise",
    "runtime.quotas.observe",
  ] as const;
  const caller = workerCaller({ tenantId, name: "isolation", scopes });
  const { begun } = await runVerb(beginIsolationLook, caller, {
    owner,
    leaseSeconds: LEASE_SECONDS,
    isHastened,
  });
  if (!begun) return;
  const { evidence, sources } = await reading();
  const places = placesOf(evidence);
  const cells: z.input<typeof LookedCell>[] = [];
  for (const environment of ENVIRONMENTS) {
    const declared = begun.declared.find((each) => each.environment === environment);
    if (!declared && !isSeen(evidence, tenantId, environment)) continue;
    const judged = judgeIsolation(evidence, {
      tenant: tenantId,
      environment,
      declaration: declared?.declaration ?? null,
      secretPaths: declared?.secretPaths ?? [],
    });
    for (const { layer, model, state, facts } of judged) {
      // The worst first: what makes the state stays, whatever is left off.
      const kept = VERDICTS.flatMap((verdict) => facts.filter((fact) => fact.verdict === verdict))
        .slice(0, MOST_FACTS)
        .map(storedFact);
      cells.push({ environment, layer, model: model as "silo" | null, state, facts: kept });
    }
  }
  const inputs = {
    judgedBy: JUDGED_BY,
    sources: sources.map(({ kind, name, digest, reason, unread = [] }) => ({
      kind,
      name,
      digest,
      reason,
      unread: unread.map((each) => each.kind).sort(),
    })),
    places,
    declared: begun.declared,
  };
  const edges = edgesOf(evidence, tenantId);
  const { changed } = await runVerb(recordIsolationLook, caller, {
    fence: begun.fence,
    nextInSeconds: everySeconds,
    inputsDigest: createHash("sha256")
      .update(canonicalJson(inputs as unknown as JsonValue))
      .digest("hex"),
    sources,
    cells,
    edges: edges.slice(0, MOST_EDGES),
    edgesLeftOff: Math.max(0, edges.length - MOST_EDGES) + unlistedOf(evidence, tenantId),
  });
  const read = evidence.clusters.flatMap((each) => ("tenancy" in each ? [each.tenancy] : []));
  await recordTenantQuotas(caller, read, begun.declared);
  for (const { environment, layer, state, added } of changed) {
    if (state !== "violated") continue;
    const codes = added.map(({ code }) => code);
    await runVerb(raiseAlert, caller, {
      kind: "isolation-violated",
      severity: "critical",
      subjectRef: `isolation/${environment}.${layer}`,
      detail: [...new Set(codes)].sort().join(", "),
    });
  }
}

/** Where clusters and vault are said to stand: configuration, which no source's digest covers. */
function placesOf({ clusters, vault }: IsolationEvidence): (string | null)[] {
  return [
    ...clusters.map((each) => ("tenancy" in each ? (each.tenancy.evidence.region ?? null) : null)),
    vault && "region" in vault ? (vault.region ?? null) : null,
  ];
}

function isSeen({ clusters }: IsolationEvidence, tenant: string, environment: string): boolean {
  return clusters.some(
    (each) => "tenancy" in each && each.tenancy.namespacesOf(tenant, environment).length > 0,
  );
}

/** What clusters counted and did not list (`crossings`). */
function unlistedOf({ clusters }: IsolationEvidence, tenant: string): number {
  return clusters.reduce(
    (sum, each) => sum + ("tenancy" in each ? (each.unlisted.get(tenant) ?? 0) : 0),
    0,
  );
}

/** The tenant's own side of every edge that crosses its border. */
function edgesOf({ clusters }: IsolationEvidence, tenant: string): LookedEdge[] {
  return clusters
    .filter((each): each is JudgedCluster => "tenancy" in each)
    .flatMap(({ tenancy, edges }) => {
      const cluster = tenancy.evidence.name;
      return edges.flatMap((edge) => [
        ...ownSide(cluster, edge, edge.from, edge.to, { tenant, direction: "out" }),
        ...ownSide(cluster, edge, edge.to, edge.from, { tenant, direction: "in" }),
      ]);
    });
}

function ownSide(
  cluster: string,
  edge: CrossingEdge,
  own: Side,
  other: Side,
  { tenant, direction }: { tenant: string; direction: "in" | "out" },
): LookedEdge[] {
  if (own.owner.kind !== "tenant" || own.owner.tenant !== tenant) return [];
  const environment = ENVIRONMENTS.find((each) => each === own.environment);
  if (!environment) return [];
  const { allowedBy } = own;
  return [
    {
      edgeId: edgeRef(cluster, edge.from.workload, edge.to.workload),
      direction,
      environment,
      cluster,
      workload: own.workload.slice(0, 600),
      ports: edge.ports.slice(0, 4_000),
      allowedBy:
        allowedBy.kind === "policies"
          ? { kind: "policies", names: [...allowedBy.names] }
          : { kind: "not-isolated", names: [] },
      peer: other.owner.kind === "tenant" ? peerRef(other.owner.tenant) : null,
      other: other.owner.kind === "tenant" ? null : other.workload.slice(0, 600),
    },
  ];
}
