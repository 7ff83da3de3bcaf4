import type { DiffResult, FieldDifference } from "#server/engines/differ/diff.ts";
import type { ClusterTenancy } from "#server/engines/isolation/cluster-tenancy.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import { isDeclarable, keyOf, placeOf, ROUTES } from "./drift-objects.ts";
import { KeptDiffs } from "./kept-diffs.ts";
import { saysTheSame } from "./loosens.ts";

/** A kind of object that the cluster does not let the console read. */
export interface UnreadKind {
  /** `Kind` of the core group, else `group/Kind`. */
  kind: string;
  reason: string;
}

export interface Compared {
  want: Manifest;
  have: Manifest;
  diff: DiffResult;
}

/** What one owner's part of a cluster shows beside what is asked for. */
export interface OwnPart {
  /** That differ, have additions that may mean something, or can't be compared. */
  compared: Compared[];
  missing: Manifest[];
  unmanaged: Manifest[];
  /** Asked for, of a kind that can't be read. */
  unread: { want: Manifest; reason: string }[];
}

export interface ClusterComparison {
  tenancy: ClusterTenancy;
  /** By tenant; `""` is the Sovereign's. */
  parts: ReadonlyMap<string, OwnPart>;
  wanted: ReadonlyMap<string, Manifest>;
  live: ReadonlyMap<string, Manifest>;
  /** Keys of live objects that are exactly as asked for. */
  inSync: ReadonlySet<string>;
}

export interface ComparisonInput {
  tenancy: ClusterTenancy;
  /** Null when the source of it is away: then nothing is missing or unmanaged. */
  desired: readonly Manifest[] | null;
  /** Whether all of what is desired could be read: else what seems unmanaged may be wanted. */
  isDesiredComplete: boolean;
  unread?: readonly UnreadKind[];
  /** Names that are tenants; an owner that is none counts as the Sovereign's. All, when left out. */
  tenants?: ReadonlySet<string>;
  /** What earlier readings of this cluster compared; without it everything is compared. */
  diffs?: KeptDiffs;
}

/**
 * Lays what is beside what is asked for, once for all tenants: the costly part of a look. What it means
 * is judged for each owner by `judgePart`.
 */
export function compareCluster(input: ComparisonInput): ClusterComparison {
  const { tenancy, desired, unread = [], tenants, diffs = new KeptDiffs() } = input;
  const live = new Map(tenancy.evidence.manifests.map((each) => [keyOf(each), each]));
  const wanted = new Map((desired ?? []).map((each) => [keyOf(each), each]));
  const parts = new Map<string, OwnPart>();
  const inSync = new Set<string>();
  const partOf = (manifest: Manifest): OwnPart => {
    const { tenant } = placeOf(manifest, tenancy);
    const owner = tenant !== null && (tenants?.has(tenant) ?? true) ? tenant : "";
    let part = parts.get(owner);
    if (!part) {
      part = { compared: [], missing: [], unmanaged: [], unread: [] };
      parts.set(owner, part);
    }
    return part;
  };
  const reasons = new Map(unread.map(({ kind, reason }) => [kind, reason]));
  for (const [key, want] of wanted) {
    const have = live.get(key);
    const name = kindName(want);
    // An API group that can't tell its kinds is unread as `group/*`.
    const reason = reasons.get(name) ?? reasons.get(name.replace(/\/.*$/, "/*"));
    // First: of a kind whose names alone are read the object is there, and says nothing.
    if (reason !== undefined) partOf(want).unread.push({ want, reason });
    else if (have) {
      const diff = diffs.of(want, have);
      const isOpened = ROUTES.has(have.kind) && isTelling(diff, have) && !saysTheSame(want, have);
      if (diff.status === "in-sync" && !isOpened) inSync.add(key);
      if (diff.status !== "in-sync" || isTelling(diff, have)) {
        partOf(have).compared.push({ want, have, diff });
      }
    } else if (tenancy.evidence.isComplete) partOf(want).missing.push(want);
  }
  if (desired && input.isDesiredComplete) {
    for (const [key, have] of live) {
      if (!wanted.has(key) && isDeclarable(have)) partOf(have).unmanaged.push(have);
    }
  }
  return { tenancy, parts, wanted, live, inSync };
}

/** As `UnreadKind` names it. */
export function kindName({ apiVersion, kind }: Manifest): string {
  return apiVersion.includes("/") ? `${apiVersion.split("/")[0]}/${kind}` : kind;
}

/** What others added to a pod's template or to a policy may weaken it, though no field of ours changed. */
function isTelling({ additions }: DiffResult, { kind }: Manifest): boolean {
  return additions.some(
    ({ path }) => path.startsWith("/spec/") && (ROUTES.has(kind) || path.includes("/spec")),
  );
}

/** Additions as differences: what is there and nobody asked for. */
export function additionsOf({ additions }: DiffResult): FieldDifference[] {
  return additions.map(({ path, live, manager }) => ({
    path,
    kind: "extra" as const,
    live,
    ...(manager ? { manager } : {}),
  }));
}
