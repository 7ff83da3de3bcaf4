import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { ApiConnection } from "./api-connection.ts";
import type { ClusterContents, ClusterSource, UnreadKind } from "./cluster-source.ts";
import { type DiscoveredKinds, discoverKinds, kindName, pathOf } from "./discover-kinds.ts";
import { KindMirror } from "./kind-mirror.ts";
import { type ClusterAccess, KubernetesError } from "./kubernetes-call.ts";
import { MIRROR_TIMING, type MirrorTiming, pauseMillis } from "./mirror-timing.ts";
import type { FieldTexts } from "./slim-object.ts";
import { turns } from "./turns.ts";

/**
 * What is read of Secrets. `keys`: names and the names of keys; the API gives a key only with its value,
 * which is dropped as it comes. `names`: asked as metadata alone, so no value ever comes. `none`: nothing.
 */
export const SECRET_READING = ["keys", "names", "none"] as const;
export type SecretReading = (typeof SECRET_READING)[number];

interface LiveOptions {
  name: string;
  region: string | null;
  access: ClusterAccess;
  secrets?: SecretReading;
  timing?: Partial<MirrorTiming>;
}

const LISTS_AT_ONCE = 6;
/** Changes told of at once. */
const GATHER_MILLIS = 100;
/** Where new kinds come from. */
const DEFINES_KINDS = new Set(["customresourcedefinitions", "apiservices"]);

/** A cluster as its API tells of it: every kind listed, then watched. It begins at the first reading. */
export class LiveSource implements ClusterSource {
  readonly name: string;
  readonly region: string | null;
  readonly canApply = true;
  readonly #access: ClusterAccess;
  readonly #secrets: SecretReading;
  readonly #timing: MirrorTiming;
  readonly #mirrors = new Map<string, KindMirror>();
  readonly #texts: FieldTexts = new Map();
  readonly #listeners = new Set<(kinds: readonly string[]) => void>();
  readonly #changed = new Set<string>();
  readonly #inTurn = turns(LISTS_AT_ONCE);
  readonly #stopping = new AbortController();
  #api: ApiConnection | null = null;
  #discovered: Promise<void> | null = null;
  #trouble: KubernetesError | null = null;
  #silent: { kind: string; reason: string; since: Date }[] = [];
  #askAgain = new AbortController();
  #telling: NodeJS.Timeout | null = null;

  constructor({ name, region, access, secrets = "keys", timing = {} }: LiveOptions) {
    this.name = name;
    this.region = region;
    this.#access = access;
    this.#secrets = secrets;
    this.#timing = { ...MIRROR_TIMING, ...timing };
  }

  async read(): Promise<ClusterContents> {
    this.#start();
    await within(this.#timing.firstReadMillis, this.#firstReading());
    if (this.#mirrors.size === 0) {
      throw this.#trouble ?? new KubernetesError("unreachable", "discovery");
    }
    const now = new Date();
    const mirrors = [...this.#mirrors.values()].sort((a, b) =>
      pathOf(a.kind) < pathOf(b.kind) ? -1 : 1,
    );
    const lost = mirrors.map((each) => each.unread(now));
    const [first] = lost;
    // Nothing at all can be read: that is no matter of single kinds.
    if (first && lost.every((each) => each?.error.failure === first.error.failure)) {
      throw first.error;
    }
    const read = mirrors.filter((_, at) => lost[at] === null);
    const unread: UnreadKind[] = [
      ...lost.flatMap((each) =>
        each ? [{ kind: each.kind, reason: each.reason, since: each.since }] : [],
      ),
      ...this.#secretsUnread(mirrors),
      ...this.#silent,
    ];
    const seen = read.map((each) => each.seenAt(now)?.getTime() ?? now.getTime());
    return {
      manifests: read.flatMap((each) => each.contents().objects),
      problems: [],
      unread,
      takenAt: new Date(Math.min(...seen)),
      digest: digestOf(read, unread),
    };
  }

  onChange(listener: (kinds: readonly string[]) => void): () => void {
    this.#listeners.add(listener);
    this.#start();
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    for (const mirror of this.#mirrors.values()) mirror.stop();
    if (this.#telling) clearTimeout(this.#telling);
    await this.#api?.close();
  }

  #start(): void {
    if (this.#discovered) return;
    let first: () => void = () => undefined;
    this.#discovered = new Promise((resolve) => {
      first = resolve;
    });
    void this.#discoverForEver(first);
  }

  async #firstReading(): Promise<void> {
    await this.#discovered;
    await Promise.all([...this.#mirrors.values()].map(({ firstList }) => firstList));
  }

  async #discoverForEver(first: () => void): Promise<void> {
    const { signal } = this.#stopping;
    let failures = 0;
    while (!signal.aborted) {
      let wait = this.#timing.discoveryMillis * (0.9 + 0.2 * Math.random());
      try {
        this.#api ??= new ApiConnection(this.#access);
        this.#follow(await discoverKinds(this.#api));
        this.#trouble = null;
        failures = 0;
      } catch (error) {
        const isNamed = error instanceof KubernetesError;
        this.#trouble = isNamed ? error : new KubernetesError("unreachable", "discovery");
        wait = pauseMillis(this.#timing, failures++);
      }
      first();
      this.#askAgain = new AbortController();
      const woken = AbortSignal.any([signal, this.#askAgain.signal]);
      await delay(wait, undefined, { signal: woken }).catch(() => undefined);
    }
  }

  /** Begins to follow kinds that are new, and leaves those that are gone. */
  #follow({ kinds, silent }: DiscoveredKinds): void {
    const api = this.#api as ApiConnection;
    const silentGroups = new Set(silent.map(({ group }) => group));
    const wanted = new Map(
      kinds
        .filter((kind) => this.#secrets !== "none" || kindName(kind) !== "Secret")
        .map((kind) => [pathOf(kind), kind]),
    );
    for (const [path, mirror] of this.#mirrors) {
      // A group that can't tell its kinds may still have them.
      if (wanted.has(path) || silentGroups.has(mirror.kind.group)) continue;
      mirror.stop();
      this.#mirrors.delete(path);
      this.#tell(kindName(mirror.kind));
    }
    for (const [path, kind] of wanted) {
      if (this.#mirrors.has(path)) continue;
      const mirror = new KindMirror({
        api,
        kind,
        timing: this.#timing,
        isMetadataOnly: this.#secrets === "names" && kindName(kind) === "Secret",
        texts: this.#texts,
        inTurn: this.#inTurn,
        onChange: () => {
          if (DEFINES_KINDS.has(kind.resource)) this.#askAgain.abort();
          this.#tell(kindName(kind));
        },
      });
      this.#mirrors.set(path, mirror);
    }
    const before = new Map(this.#silent.map((each) => [each.kind, each.since]));
    this.#silent = silent.map(({ group, reason }) => {
      const kind = `${group}/*`;
      return { kind, reason, since: before.get(kind) ?? new Date() };
    });
  }

  /** Where keys are not read, nothing may be said of a Secret's contents. */
  #secretsUnread(mirrors: readonly KindMirror[]): UnreadKind[] {
    if (this.#secrets === "keys") return [];
    if (this.#secrets === "names" && !mirrors.some(({ kind }) => kindName(kind) === "Secret")) {
      return [];
    }
    const reason = this.#secrets === "names" ? "only names are read" : "not read, by configuration";
    return [{ kind: "Secret", reason, since: this.#begun }];
  }
  readonly #begun = new Date();

  #tell(kind: string): void {
    this.#changed.add(kind);
    this.#telling ??= setTimeout(() => {
      this.#telling = null;
      const kinds = [...this.#changed].sort();
      this.#changed.clear();
      for (const listener of this.#listeners) listener(kinds);
    }, GATHER_MILLIS);
  }
}

function digestOf(mirrors: readonly KindMirror[], unread: readonly UnreadKind[]): string {
  const hash = createHash("sha256");
  for (const mirror of mirrors) {
    hash.update(`${pathOf(mirror.kind)}\0${mirror.contents().digest}\0`);
  }
  for (const { kind, reason } of unread) hash.update(`unread ${kind} ${reason}\0`);
  return hash.digest("hex");
}

async function within(millis: number, reading: Promise<void>): Promise<void> {
  const ended = new AbortController();
  const late = delay(millis, "late" as const, { signal: ended.signal }).catch(() => undefined);
  const how = await Promise.race([reading.then(() => "read" as const), late]);
  ended.abort();
  if (how === "late") throw new KubernetesError("unreachable", "first reading");
}
