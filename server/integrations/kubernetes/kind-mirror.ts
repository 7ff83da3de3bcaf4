import { setTimeout as delay } from "node:timers/promises";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import type { ApiConnection } from "./api-connection.ts";
import type { UnreadKind } from "./cluster-source.ts";
import { kindName, type ListableKind, pathOf } from "./discover-kinds.ts";
import { failureOf, KubernetesError } from "./kubernetes-call.ts";
import { listKind, METADATA_ONLY, ofKind } from "./list-kind.ts";
import { type MirrorTiming, pauseMillis } from "./mirror-timing.ts";
import { digestOf, type FieldTexts, slimObject } from "./slim-object.ts";

interface Kept {
  object: Manifest;
  digest: string;
}

interface Trouble {
  error: KubernetesError;
  since: Date;
}

interface MirrorOptions {
  api: ApiConnection;
  kind: ListableKind;
  timing: MirrorTiming;
  isMetadataOnly: boolean;
  texts: FieldTexts;
  /** Takes turns with the other kinds: not all lists at once. */
  inTurn<T>(act: () => Promise<T>): Promise<T>;
  onChange(): void;
}

/**
 * All objects of one kind, as they are now: listed, then watched from there (API concepts, "Efficient
 * detection of changes"). Follows by itself until `stop`.
 */
export class KindMirror {
  readonly kind: ListableKind;
  /** When the first list ended, well or not. */
  readonly firstList: Promise<void>;
  readonly #options: MirrorOptions;
  readonly #stopping = new AbortController();
  #endFirstList: () => void = () => undefined;
  #objects = new Map<string, Kept>();
  #inOrder: { objects: readonly Manifest[]; digest: string } | null = null;
  #isListed = false;
  #trouble: Trouble | null = null;
  /** When we last knew it to be so. */
  #seenAt: Date | null = null;

  constructor(options: MirrorOptions) {
    this.kind = options.kind;
    this.#options = options;
    this.firstList = new Promise((resolve) => {
      this.#endFirstList = resolve;
    });
    void this.#follow();
  }

  stop(): void {
    this.#stopping.abort();
    this.#endFirstList();
  }

  /** Why nothing is known of the kind now; null while it is followed, or lost for a moment only. */
  unread(now: Date): (UnreadKind & { error: KubernetesError }) | null {
    const trouble = this.#trouble;
    if (!trouble) return null;
    const isBrief = now.getTime() - trouble.since.getTime() < this.#options.timing.graceMillis;
    const isLost = trouble.error.failure === "unreachable";
    if (this.#isListed && isLost && isBrief) return null;
    const { error, since } = trouble;
    return { kind: kindName(this.kind), reason: error.message, since, error };
  }

  /** When its objects were known to be so; while it is watched that is now. */
  seenAt(now: Date): Date | null {
    return this.#trouble || !this.#isListed ? this.#seenAt : now;
  }

  /** In the order of their names, and the digest of what they say. */
  contents(): { objects: readonly Manifest[]; digest: string } {
    if (this.#inOrder) return this.#inOrder;
    const sorted = [...this.#objects].sort(([a], [b]) => (a < b ? -1 : 1));
    this.#inOrder = {
      objects: sorted.map(([, { object }]) => object),
      digest: sorted.map(([key, { digest }]) => `${key} ${digest}`).join("\n"),
    };
    return this.#inOrder;
  }

  async #follow(): Promise<void> {
    const { timing } = this.#options;
    const { signal } = this.#stopping;
    let version: string | null = null;
    let failures = 0;
    while (!signal.aborted) {
      const begun = Date.now();
      const isListing = version === null;
      try {
        if (version === null) version = await this.#options.inTurn(() => this.#list());
        if (this.kind.canWatch) await this.#watch(version, (later) => (version = later));
        else version = null;
        failures = 0;
        // A server that ends each watch at once is not asked without pause.
        const least = this.kind.canWatch ? begun + timing.baseMillis : begun + timing.slowMillis;
        await pause(least - Date.now(), signal);
      } catch (thrown) {
        if (signal.aborted) return;
        const error = asKubernetesError(thrown, this.kind);
        // Not a failure: what we know is too old to go on from, so it is listed anew.
        if (error.failure === "expired" && failures === 0) {
          failures += 1;
          version = null;
          continue;
        }
        // It may be listed and not watched: then it is listed again and again.
        if (error.failure === "permission_denied" && version !== null) {
          version = null;
          if (isListing) await pause(timing.slowMillis, signal);
          continue;
        }
        if (error.failure !== "unreachable") version = null;
        this.#fail(error);
        const isFinal = error.failure === "permission_denied" || error.failure === "not_found";
        await pause(isFinal ? timing.slowMillis : pauseMillis(timing, failures), signal);
        failures += 1;
      }
    }
  }

  async #list(): Promise<string> {
    const { api, timing, isMetadataOnly } = this.#options;
    const found = new Map<string, Kept>();
    const version = await listKind(api, this.kind, {
      pageSize: timing.pageSize,
      isMetadataOnly,
      signal: this.#stopping.signal,
      onObject: (object) => found.set(keyOf(object), this.#kept(object)),
      onRestart: () => found.clear(),
    });
    const isOther =
      !this.#isListed ||
      found.size !== this.#objects.size ||
      [...found].some(([key, { digest }]) => this.#objects.get(key)?.digest !== digest);
    this.#objects = found;
    this.#inOrder = null;
    this.#isListed = true;
    this.#recover(isOther);
    return version;
  }

  async #watch(from: string, onVersion: (version: string) => void): Promise<void> {
    const { api, timing, isMetadataOnly } = this.#options;
    await api.watch({
      operation: `${kindName(this.kind)} watch`,
      path: pathOf(this.kind),
      query: {
        resourceVersion: from,
        allowWatchBookmarks: "true",
        timeoutSeconds: String(Math.round(timing.watchSeconds * (0.8 + 0.2 * Math.random()))),
      },
      ...(isMetadataOnly ? { accept: METADATA_ONLY } : {}),
      idleMillis: timing.idleMillis,
      signal: this.#stopping.signal,
      onOpen: () => this.#recover(false),
      onEvent: ({ type, object }) => {
        if (type === "ERROR") {
          const code = typeof object.code === "number" ? object.code : null;
          throw new KubernetesError(failureOf(code), `${kindName(this.kind)} watch`, code);
        }
        const manifest = ofKind(this.kind, object);
        const version = manifest.metadata?.resourceVersion;
        this.#seenAt = new Date();
        if (type !== "BOOKMARK") this.#take(type, manifest);
        if (typeof version === "string" && version !== "") onVersion(version);
      },
    });
  }

  #take(type: string, manifest: Manifest): void {
    const key = keyOf(manifest);
    const before = this.#objects.get(key);
    if (type === "DELETED") {
      if (!this.#objects.delete(key)) return;
    } else if (type === "ADDED" || type === "MODIFIED") {
      const kept = this.#kept(manifest);
      this.#objects.set(key, kept);
      if (before?.digest === kept.digest) {
        this.#inOrder = null;
        return;
      }
    } else return;
    this.#inOrder = null;
    this.#options.onChange();
  }

  #kept(received: Manifest): Kept {
    const object = slimObject(received, this.#options.texts);
    return { object, digest: digestOf(object) };
  }

  #recover(isOther: boolean): void {
    const wasUnread = this.#trouble !== null;
    this.#trouble = null;
    this.#seenAt = new Date();
    this.#endFirstList();
    if (isOther || wasUnread) this.#options.onChange();
  }

  #fail(error: KubernetesError): void {
    const isSame = this.#trouble?.error.failure === error.failure;
    const since = isSame && this.#trouble ? this.#trouble.since : new Date();
    this.#trouble = { error, since };
    this.#endFirstList();
    if (!isSame) this.#options.onChange();
  }
}

function keyOf({ metadata }: Manifest): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}

function asKubernetesError(thrown: unknown, kind: ListableKind): KubernetesError {
  if (thrown instanceof KubernetesError) return thrown;
  // An answer that is no object of Kubernetes.
  return new KubernetesError("unreachable", kindName(kind));
}

function pause(millis: number, signal: AbortSignal): Promise<void> {
  return delay(Math.max(0, millis), undefined, { signal }).catch(() => undefined);
}
