import "server-only";
import { stringify } from "yaml";
import type { z } from "zod";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { digestOf } from "#server/engines/isolation/evidence-document.ts";
import type { JudgedCluster } from "#server/engines/isolation/judge-isolation.ts";
import { missingRule } from "#server/engines/isolation/missing-rule.ts";
import type { PolicyChange } from "#server/engines/isolation/policy-change.ts";
import { readPolicies } from "#server/engines/isolation/read-policies.ts";
import { type EdgeChange, farText } from "#server/engines/isolation/tenant-edges.ts";
import { type WhatIf, whatIf } from "#server/engines/isolation/what-if.ts";
import { edgeRef, peerRef } from "#server/features/isolation/index.ts";
import { beginWhatIf } from "#server/features/isolation/verbs/begin-what-if.ts";
import { recordWhatIf } from "#server/features/isolation/verbs/record-what-if.ts";
import type {
  ChangedEdge,
  WhatIfAnswer,
  WhatIfBegun,
  WhatIfQuestion,
} from "#server/features/isolation/what-if-schema.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import type { DueKey } from "../jobs/each-due.ts";
import type { ClusterLook } from "./read-cluster.ts";
import { storedFact } from "./stored-fact.ts";

const LEASE_SECONDS = 300;
const MOST_EDGES = 2_000;
const MOST_VIOLATIONS = 100;

type Begun = NonNullable<z.output<typeof WhatIfBegun>["begun"]>;
type Unsealed = Omit<WhatIfAnswer, "digest">;

interface Dependencies {
  /** Every cluster as it was last read. */
  reading: () => Promise<readonly ClusterLook[]>;
  owner: string;
}

/** Answers one question from the last reading of the clusters (law 2: begin, think, record). */
export async function answerWhatIf(
  { reading, owner }: Dependencies,
  { tenant_id: tenantId, id: whatIfId }: DueKey,
): Promise<void> {
  const scopes = ["runtime.isolation.observe"] as const;
  const caller = workerCaller({ tenantId, name: "isolation", scopes });
  const { begun } = await runVerb(beginWhatIf, caller, {
    whatIfId,
    owner,
    leaseSeconds: LEASE_SECONDS,
  });
  if (!begun) return;
  let answer: WhatIfAnswer | null = null;
  try {
    const unsealed = answerOf(tenantId, begun, await reading());
    answer = { ...unsealed, digest: digestOf(unsealed as unknown as JsonValue) };
  } catch (err) {
    logger.error({ err, tenant: tenantId, whatIfId }, "a what-if can't be answered");
  }
  await runVerb(recordWhatIf, caller, { whatIfId, fence: begun.fence, answer });
}

/** The same question of the same reading has the same answer (law 11). */
export function answerOf(tenant: string, begun: Begun, looks: readonly ClusterLook[]): Unsealed {
  const { environment, question, declaration } = begun;
  const proposal = question.kind === "close" ? proposalFor(tenant, question, looks) : null;
  const change = changeOf(question, proposal);
  const asked = { tenant, environment, declaration, secretPaths: [] };
  const result = whatIf({ clusters: looks.map(({ evidence }) => evidence) }, asked, change);
  const edges = result.clusters.flatMap(({ cluster, edges: all }) => toldEdges(cluster, all));
  const all = (of: "added" | "replaced" | "removed") => [
    ...new Set(result.clusters.flatMap((each) => each[of])),
  ];
  return {
    readings: looks.map(({ source: { name, digest, takenAt } }) => ({
      cluster: name,
      digest,
      takenAt: takenAt?.toISOString() ?? null,
    })),
    problems: [
      ...(question.kind === "close" && !proposal ? [{ code: "edge-gone", what: "" } as const] : []),
      ...(proposal?.yaml === "" ? [{ code: "nothing-to-propose", what: "" } as const] : []),
      ...result.problems,
    ],
    policies: { added: all("added"), replaced: all("replaced"), removed: all("removed") },
    edges: edges.slice(0, MOST_EDGES),
    edgesLeftOff: Math.max(0, edges.length - MOST_EDGES),
    before: outcomeOf(result.before),
    after: outcomeOf(result.after),
    proposal: proposal?.yaml ? { yaml: proposal.yaml, closes: isClosed(result, proposal) } : null,
  };
}

interface Proposal {
  yaml: string;
  cluster: string;
  own: string;
  far: string;
  direction: "in" | "out";
}

function proposalFor(
  tenant: string,
  { edgeId, direction }: Extract<WhatIfQuestion, { kind: "close" }>,
  looks: readonly ClusterLook[],
): Proposal | null {
  const read = looks.flatMap(({ evidence }) => ("tenancy" in evidence ? [evidence] : []));
  for (const cluster of read) {
    const { name } = cluster.tenancy.evidence;
    const edge = cluster.edges.find(
      ({ from, to }) => edgeRef(name, from.workload, to.workload) === edgeId,
    );
    const own = direction === "out" ? edge?.from : edge?.to;
    const far = direction === "out" ? edge?.to : edge?.from;
    if (!own || !far || own.owner.kind !== "tenant" || own.owner.tenant !== tenant) continue;
    const policies = rulesFor(cluster, own, direction, tenant);
    const yaml = policies.map((each) => stringify(each)).join("---\n");
    return { yaml, cluster: name, own: own.workload, far: far.workload, direction };
  }
  return null;
}

function rulesFor(
  cluster: JudgedCluster,
  own: Parameters<typeof missingRule>[1],
  direction: "in" | "out",
  tenant: string,
) {
  return missingRule(cluster, own, direction === "out" ? "egress" : "ingress", tenant);
}

function changeOf(question: WhatIfQuestion, proposal: Proposal | null): PolicyChange {
  if (question.kind === "close") {
    return { set: readPolicies("proposal.yaml", proposal?.yaml ?? "").policies, remove: [] };
  }
  const { policies } = readPolicies("policy.yaml", question.policies ?? "");
  return { set: policies, remove: question.remove };
}

function isClosed({ clusters }: WhatIf, { cluster, own, far, direction }: Proposal): boolean {
  const edges = clusters.find((each) => each.cluster === cluster)?.edges ?? [];
  return edges.some(
    (each) =>
      each.own === own &&
      each.direction === direction &&
      farText(each.far) === far &&
      each.after === null,
  );
}

/** A neighbour's workloads are counted and not named, alike ones in one row (law 3). */
function toldEdges(cluster: string, edges: readonly EdgeChange[]): ChangedEdge[] {
  const told = new Map<string, ChangedEdge>();
  for (const { own, direction, far, before, after } of edges) {
    const isNeighbour = far.kind === "tenant";
    const edge: ChangedEdge = {
      cluster,
      own,
      direction,
      far: {
        kind: far.kind,
        text: isNeighbour ? null : farText(far),
        peer: isNeighbour ? peerRef(far.tenant) : null,
      },
      before,
      after,
      count: 1,
    };
    const key = JSON.stringify(edge);
    const same = told.get(key);
    if (same) same.count += 1;
    else told.set(key, edge);
  }
  const rank = ({ far }: ChangedEdge) => ["unowned", "tenant"].indexOf(far.kind);
  return [...told.values()].sort((a, b) => rank(b) - rank(a));
}

function outcomeOf({ state, violations }: WhatIf["before"]) {
  return { state, violations: violations.slice(0, MOST_VIOLATIONS).map(storedFact) };
}
