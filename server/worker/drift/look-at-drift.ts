import "server-only";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { bindingDrift } from "#server/engines/drift/binding-drift.ts";
import { canTell } from "#server/engines/drift/can-tell.ts";
import type { DriftFinding } from "#server/engines/drift/finding.ts";
import { ignoreRule } from "#server/engines/drift/ignore-rules.ts";
import { isolationDrift } from "#server/engines/drift/isolation-drift.ts";
import type { IgnoredDrift } from "#server/engines/drift/judge-part.ts";
import { raiseAlert } from "#server/features/alerts/index.ts";
import { ISOLATION_CLUSTER } from "#server/features/drift/isolation-cluster.ts";
import {
  type KnownFinding,
  knownFindings,
  knownIgnored,
} from "#server/features/drift/known-rows.ts";
import type { DriftLook, DriftTold } from "#server/features/drift/look-schema.ts";
import type { SourceState } from "#server/features/drift/schema.ts";
import { beginDriftLook } from "#server/features/drift/verbs/begin-drift-look.ts";
import { recordDriftLook } from "#server/features/drift/verbs/record-drift-look.ts";
import type { Caller } from "#server/platform/actor.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { type Demands, demandsOf } from "./demands-of.ts";
import type { TellingNames } from "./hide-foreign.ts";
import type { DriftReading } from "./read-drift-cluster.ts";
import { digest, seenFinding, seenIgnored } from "./seen-finding.ts";

/** What one round read, for all tenants. */
export interface DriftRound {
  readings: DriftReading[];
  /** When it was begun to be read, by the database's clock. */
  readAt: Date;
  names: TellingNames;
}

export interface DriftLookDependencies {
  /** Once for many tenants; `since` is when the first of them asked. */
  round: (since: Date) => Promise<DriftRound>;
  owner: string;
  everySeconds: number;
  isHastened?: boolean;
}

const LEASE_SECONDS = 600;
const SLICE = 250;
/** Another number when the engine tells something else of the same objects. */
const ENGINE = 1;

/** Looks at one tenant: takes the turn, judges what was read, records what is new (law 2). */
export async function lookAtDrift(
  { round, owner, everySeconds, isHastened = false }: DriftLookDependencies,
  tenantId: string,
): Promise<void> {
  const scopes = ["runtime.drift.observe", "runtime.alerts.raise"] as const;
  const caller = workerCaller({ tenantId, name: "drift", scopes });
  const { begun } = await runVerb(beginDriftLook, caller, {
    owner,
    leaseSeconds: LEASE_SECONDS,
    isHastened,
  });
  if (!begun) return;
  const { readings, readAt, names } = await round(begun.startedAt);
  const demands = await demandsOf(caller.tenant);
  const parts = [
    ...readings.map((reading) => partOf(reading, begun, demands, caller.tenant)),
    isolationPart(demands, caller.tenant, readings),
  ];
  const slices = new Slices(caller, begun.fence);
  for (const part of parts) {
    const before = begun.clusters.find(({ cluster }) => cluster === part.cluster)?.inputsDigest;
    if (part.judged && part.inputsDigest !== before) {
      await compareWithKnown(part.cluster, part.judged(), slices, caller, names);
    }
  }
  await slices.end({
    nextInSeconds: everySeconds,
    readAt,
    sources: readings.flatMap(({ sources }) => sources).map((each) => sourceFor(begun, each)),
    clusters: parts.map(({ cluster, inputsDigest, judged, isLive, isCompared }) => ({
      cluster,
      inputsDigest: judged ? inputsDigest : null,
      isLive,
      isCompared,
    })),
  });
  await tellCriticals(caller, slices.told);
}

interface Judged {
  findings: DriftFinding[];
  ignored: IgnoredDrift[];
  isGone(known: KnownFinding): boolean;
}
interface Part {
  cluster: string;
  inputsDigest: string;
  isLive: boolean;
  isCompared: boolean | null;
  /** Null while it is away: then nothing is told and nothing is resolved. */
  judged: (() => Judged) | null;
}

function partOf(
  reading: DriftReading,
  look: DriftLook,
  { approved, registries }: Demands,
  tenant: string,
): Part {
  const { cluster, seen, isCompared } = reading;
  const inputs = [ENGINE, reading.inputsDigest, approved, registries, look.ignore];
  const owner = look.isSovereign ? "" : tenant;
  return {
    cluster,
    inputsDigest: digest(canonicalJson(inputs as unknown as JsonValue)),
    isLive: seen !== null,
    isCompared,
    judged:
      seen &&
      (() => {
        const { findings, ignored } = seen.drift.judge(owner, {
          approved: new Map(approved.map((each) => [each.environment, new Set(each.images)])),
          registries: new Map(registries.map((each) => [each.environment, each.registries])),
          ignore: look.ignore.map(({ ruleId, spec }) => ignoreRule(ruleId, spec)),
        });
        const sight = { ...seen, comparison: seen.drift.comparison };
        const isGone = ({ rule, apiVersion, kind, namespace, name }: KnownFinding) =>
          canTell({ rule, object: { apiVersion, kind, namespace, name } }, sight);
        return { findings, ignored, isGone };
      }),
  };
}

/**
 * The tenant's own matrix, and what its bindings ask of the clusters together; a cell that nobody can
 * judge any more is not mended by that, and nothing is missing while a cluster is not seen whole.
 */
function isolationPart(
  { cells, expected }: Demands,
  tenant: string,
  readings: readonly DriftReading[],
): Part {
  const whole = readings.flatMap(({ seen }) =>
    seen?.isLiveComplete && !seen.unread.has("ResourceQuota")
      ? [seen.drift.comparison.tenancy]
      : [],
  );
  const canTellBound = readings.length > 0 && whole.length === readings.length;
  const bound = canTellBound ? bindingDrift(expected, whole) : null;
  const violated = cells.filter(({ state }) => state === "violated");
  const unknown = new Set(
    cells.filter(({ state }) => state === "unknown").map((cell) => `${cell.environment}`),
  );
  return {
    cluster: ISOLATION_CLUSTER,
    inputsDigest: digest(canonicalJson([ENGINE, cells, bound] as unknown as JsonValue)),
    isLive: true,
    isCompared: canTellBound,
    judged: () => ({
      findings: [...isolationDrift(tenant, violated), ...(bound ?? [])],
      ignored: [],
      isGone: ({ rule, name }) =>
        rule === "isolation-violated" ? !unknown.has(name) : bound !== null,
    }),
  };
}

async function compareWithKnown(
  cluster: string,
  { findings, ignored, isGone }: Judged,
  slices: Slices,
  { tenant }: Caller,
  names: TellingNames,
): Promise<void> {
  const { known, hidden } = await withTenant(
    tenant,
    "worker",
    async (tx) => ({
      known: await knownFindings(tx, tenant, cluster),
      hidden: await knownIgnored(tx, tenant, cluster),
    }),
    { readOnly: true },
  );
  const teller = { cluster, tenant, names };
  const contents = new Map(known.map((each) => [each.fingerprint, each.contentDigest]));
  const seen = new Set<string>();
  for (const finding of findings) {
    const row = seenFinding(finding, teller);
    // Two sources that ask for the same object tell of it once.
    if (seen.has(row.fingerprint)) continue;
    seen.add(row.fingerprint);
    if (contents.get(row.fingerprint) !== row.contentDigest) await slices.seen(row);
  }
  for (const each of known) {
    if (!seen.has(each.fingerprint) && isGone(each)) await slices.gone(each.findingId);
  }
  const keyOf = (each: { ruleId: string; objectDigest: string }) =>
    `${each.ruleId} ${each.objectDigest}`;
  const told = new Map(
    hidden.map((each) => [keyOf(each), canonicalJson(each.differences as JsonValue)]),
  );
  const still = new Set<string>();
  for (const each of ignored) {
    const row = seenIgnored(each, teller);
    still.add(keyOf(row));
    if (told.get(keyOf(row)) !== canonicalJson(row.differences as unknown as JsonValue)) {
      await slices.ignored(row);
    }
  }
  for (const { ruleId, objectDigest } of hidden) {
    if (!still.has(keyOf({ ruleId, objectDigest })))
      await slices.unignored({ ruleId, objectDigest });
  }
}

type Recorded = Parameters<
  typeof runVerb<typeof recordDriftLook.input, typeof recordDriftLook.output>
>[2];
type Kind = "seen" | "goneIds" | "ignored" | "unignored";

/** Gathers what is new and records it a slice at a time; each slice stands by itself. */
class Slices {
  readonly told: DriftTold = [];
  readonly #caller: Caller;
  readonly #fence: string;
  #slice: Record<Kind, unknown[]> = empty();

  constructor(caller: Caller, fence: string) {
    this.#caller = caller;
    this.#fence = fence;
  }

  seen = (row: ReturnType<typeof seenFinding>) => this.#add("seen", row);
  gone = (findingId: string) => this.#add("goneIds", findingId);
  ignored = (row: ReturnType<typeof seenIgnored>) => this.#add("ignored", row);
  unignored = (key: { ruleId: string; objectDigest: string }) => this.#add("unignored", key);

  async end(end: NonNullable<Recorded["end"]>): Promise<void> {
    await this.#record({ end });
  }

  async #add(kind: Kind, item: unknown): Promise<void> {
    this.#slice[kind].push(item);
    if (this.#slice[kind].length >= SLICE) await this.#record({});
  }

  async #record(more: { end?: NonNullable<Recorded["end"]> }): Promise<void> {
    const slice = this.#slice as unknown as Pick<Recorded, Kind>;
    this.#slice = empty();
    const { told } = await runVerb(recordDriftLook, this.#caller, {
      fence: this.#fence,
      ...slice,
      ...more,
    });
    this.told.push(...told);
  }
}

function empty(): Record<Kind, unknown[]> {
  return { seen: [], goneIds: [], ignored: [], unignored: [] };
}

/** Problems name files and objects of everybody: only the Sovereign reads them. */
function sourceFor({ isSovereign }: DriftLook, source: SourceState): SourceState {
  return isSovereign ? source : { ...source, firstProblems: [] };
}

/** One alert for each cause that is critical now and was not before. */
async function tellCriticals(caller: Caller, told: DriftTold): Promise<void> {
  const groups = new Map<string, DriftTold[number]>();
  for (const each of told) {
    if (!each.isNewlyCritical) continue;
    const same = groups.get(each.groupId);
    groups.set(each.groupId, same ? { ...same, count: same.count + each.count } : each);
  }
  for (const { groupId, rule, kind, name, count, eventId } of groups.values()) {
    const rest = count > 1 ? ` and ${count - 1} more` : "";
    await runVerb(raiseAlert, caller, {
      kind: "drift-critical",
      severity: "critical",
      subjectRef: `drift-group/${groupId}`,
      detail: `${rule}: ${kind} ${name}${rest}`,
      eventId,
    });
  }
}
