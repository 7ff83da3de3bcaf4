import type { ClusterTenancy } from "#server/engines/isolation/cluster-tenancy.ts";
import type { CrossingEdge } from "#server/engines/isolation/crossing-edges.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import { type ClusterComparison, compareCluster, type UnreadKind } from "./compare-cluster.ts";
import { DRIFT_RULES, type DriftFinding, objectKey, SEVERITIES } from "./finding.ts";
import type { IgnoreRule } from "./ignore-rules.ts";
import { type ImageDemands, imageDrift, type RunningImage, runningImages } from "./image-drift.ts";
import { type JudgedPart, judgePart } from "./judge-part.ts";
import type { KeptDiffs } from "./kept-diffs.ts";
import { policyMeanings } from "./policy-meaning.ts";
import { routeDrift } from "./route-drift.ts";

export interface DriftInput {
  tenancy: ClusterTenancy;
  /** What is asked for; null when the source of it is away: then nothing is missing or unmanaged. */
  desired: readonly Manifest[] | null;
  /** Whether all of what is desired could be read: else what seems unmanaged may be wanted. */
  isDesiredComplete: boolean;
  edges: readonly CrossingEdge[];
  /** Images that were approved, as `repository@sha256:…`, by `tenant/environment`. */
  approvedImages: ReadonlyMap<string, ReadonlySet<string>>;
  unread?: readonly UnreadKind[];
  /** Names that are tenants; an owner that is none counts as the Sovereign's. All, when left out. */
  tenants?: ReadonlySet<string>;
  /** What earlier readings of this cluster compared; without it everything is compared. */
  diffs?: KeptDiffs;
}

/** What one reading of a cluster shows, ready to be judged for one owner after the other. */
export interface ClusterDrift {
  comparison: ClusterComparison;
  /** Owners that anything is told of; `""` is the Sovereign. */
  owners: ReadonlySet<string>;
  judge(owner: string, demands: OwnerDemands): JudgedPart;
}

/** What is asked of one owner besides the desired objects. */
export interface OwnerDemands extends ImageDemands {
  ignore: readonly IgnoreRule[];
}

/** Compares once for all tenants; what it means is told owner by owner. */
export function clusterDrift(input: Omit<DriftInput, "approvedImages">): ClusterDrift {
  const comparison = compareCluster(input);
  const { tenancy } = comparison;
  const isTenant = (name: string) => input.tenants?.has(name) ?? true;
  const ownerOf = (tenant: string | null) => (tenant !== null && isTenant(tenant) ? tenant : "");
  const routes = grouped(routeDrift(input.edges, comparison), ({ tenant }) => ownerOf(tenant));
  const images = grouped<RunningImage>(runningImages(tenancy), ({ tenant }) => ownerOf(tenant));
  const meaningOf = policyMeanings(comparison);
  return {
    comparison,
    owners: new Set([...comparison.parts.keys(), ...routes.keys(), ...images.keys()]),
    judge(owner, { ignore, ...demands }) {
      const part = judgePart(comparison.parts.get(owner), { tenancy, ignore, meaningOf });
      const findings = [
        ...part.findings,
        ...(routes.get(owner) ?? []),
        ...imageDrift(images.get(owner) ?? [], demands),
      ];
      return { findings: findings.sort(byWeight), ignored: part.ignored };
    },
  };
}

/**
 * What drifted in one cluster, sorted by severity, then rule, then object. An object is compared field
 * by field with what is asked for; a difference is told by what it means (a policy, a quota, hardening)
 * where it means something. No finding has an empty diff unless its rule needs none.
 */
export function findDrift({ approvedImages, ...input }: DriftInput): DriftFinding[] {
  const drift = clusterDrift(input);
  return [...drift.owners]
    .flatMap((owner) => {
      const approved = new Map(
        [...approvedImages].flatMap(([place, images]) => {
          const [tenant, environment = ""] = place.split("/");
          return tenant === owner ? [[environment, images] as const] : [];
        }),
      );
      return drift.judge(owner, { approved, registries: new Map(), ignore: [] }).findings;
    })
    .sort(byWeight);
}

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

function byWeight(a: DriftFinding, b: DriftFinding): number {
  const severity = SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
  if (severity !== 0) return severity;
  const rule = DRIFT_RULES.indexOf(a.rule) - DRIFT_RULES.indexOf(b.rule);
  if (rule !== 0) return rule;
  const [one, two] = [objectKey(a.object) + a.detail, objectKey(b.object) + b.detail];
  return one < two ? -1 : one > two ? 1 : 0;
}
