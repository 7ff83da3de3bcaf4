import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { isObject, type JsonObject } from "#server/engines/differ/json.ts";
import { ApiStatus } from "./api-status.ts";
import {
  BUILT_IN,
  groupVersionOf,
  guessedType,
  type ResourceType,
  typeKey,
} from "./resource-type.ts";

export interface StoredObject extends JsonObject {
  apiVersion: string;
  kind: string;
  metadata: JsonObject & { name: string; resourceVersion: string };
}

export interface StoreEvent {
  revision: number;
  type: "ADDED" | "MODIFIED" | "DELETED";
  resource: ResourceType;
  key: string;
  object: StoredObject;
  before: StoredObject | null;
}

/** Events kept, so that watches and continued lists can go on from before. */
const MOST_EVENTS = 20_000;

/** What the server holds: objects by kind, one revision for all, and what happened since the last compaction. */
export class ObjectStore {
  revision = 1;
  /** Nothing before this revision can be told any more. */
  compactedAt = 0;
  readonly #types = new Map<string, ResourceType>();
  readonly #objects = new Map<string, Map<string, StoredObject>>();
  #events: StoreEvent[] = [];
  readonly #listeners = new Set<(event: StoreEvent) => void>();

  constructor() {
    for (const type of BUILT_IN) this.#types.set(typeKey(type), type);
  }

  get types(): readonly ResourceType[] {
    return [...this.#types.values()];
  }

  addType(type: ResourceType): void {
    if (!this.#types.has(typeKey(type))) this.#types.set(typeKey(type), type);
  }

  typeOfKind(apiVersion: string, kind: string): ResourceType | undefined {
    return this.types.find((type) => type.kind === kind && groupVersionOf(type) === apiVersion);
  }

  get(type: ResourceType, key: string): StoredObject | undefined {
    return this.#objects.get(typeKey(type))?.get(key);
  }

  /** As it was at a revision, in the order of names. Throws 410 when that is compacted away. */
  list(type: ResourceType, revision = this.revision): StoredObject[] {
    const now = new Map(this.#objects.get(typeKey(type)) ?? []);
    if (revision < this.compactedAt) {
      throw new ApiStatus(410, "Expired", `The resourceVersion ${revision} is too old.`);
    }
    for (let at = this.#events.length - 1; at >= 0; at--) {
      const event = this.#events[at] as StoreEvent;
      if (event.revision <= revision) break;
      if (typeKey(event.resource) !== typeKey(type)) continue;
      if (event.before) now.set(event.key, event.before);
      else now.delete(event.key);
    }
    return [...now].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  }

  /** What happened after a revision. Throws 410 when that is compacted away. */
  since(type: ResourceType, revision: number): StoreEvent[] {
    if (revision < this.compactedAt) {
      const message = `too old resource version: ${revision} (${this.compactedAt})`;
      throw new ApiStatus(410, "Expired", message);
    }
    return this.#events.filter(
      (event) => event.revision > revision && typeKey(event.resource) === typeKey(type),
    );
  }

  /** Stores it; one that changes nothing keeps its version. */
  put(type: ResourceType, object: JsonObject): StoredObject {
    const metadata = isObject(object.metadata) ? object.metadata : {};
    const key = keyOf(metadata);
    const before = this.get(type, key) ?? null;
    if (before && isSame(before, object)) return before;
    this.revision += 1;
    const stored = {
      ...object,
      apiVersion: groupVersionOf(type),
      kind: type.kind,
      metadata: {
        ...metadata,
        uid: before?.metadata.uid ?? metadata.uid ?? randomUUID(),
        creationTimestamp:
          before?.metadata.creationTimestamp ?? metadata.creationTimestamp ?? nowText(),
        resourceVersion: String(this.revision),
        ...generationOf(type, before, object),
      },
    } as unknown as StoredObject;
    this.#keep(type, key, stored);
    this.#tell({
      revision: this.revision,
      type: before ? "MODIFIED" : "ADDED",
      resource: type,
      key,
      object: stored,
      before,
    });
    return stored;
  }

  remove(type: ResourceType, key: string): StoredObject | undefined {
    const before = this.get(type, key);
    if (!before) return undefined;
    this.revision += 1;
    this.#objects.get(typeKey(type))?.delete(key);
    const last = {
      ...before,
      metadata: { ...before.metadata, resourceVersion: String(this.revision) },
    };
    this.#tell({
      revision: this.revision,
      type: "DELETED",
      resource: type,
      key,
      object: last,
      before,
    });
    return last;
  }

  /** For objects that somebody hands over as manifests: a kind that is not known is made known. */
  load(manifest: JsonObject): StoredObject {
    const metadata = isObject(manifest.metadata) ? manifest.metadata : {};
    const [apiVersion, kind] = [String(manifest.apiVersion), String(manifest.kind)];
    let type = this.typeOfKind(apiVersion, kind);
    if (!type) {
      type = guessedType(apiVersion, kind, typeof metadata.namespace === "string");
      this.addType(type);
    }
    const placed =
      type.isNamespaced && metadata.namespace === undefined
        ? { ...manifest, metadata: { ...metadata, namespace: "default" } }
        : manifest;
    return this.put(type, placed);
  }

  /** Forgets what happened up to now, as etcd does every few minutes. */
  compact(): void {
    this.compactedAt = this.revision;
    this.#events = [];
  }

  /** An event that only moves the revision, as anything else in the cluster does. */
  pass(): void {
    this.revision += 1;
  }

  onEvent(listener: (event: StoreEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #keep(type: ResourceType, key: string, object: StoredObject): void {
    const of = this.#objects.get(typeKey(type)) ?? new Map<string, StoredObject>();
    of.set(key, object);
    this.#objects.set(typeKey(type), of);
  }

  #tell(event: StoreEvent): void {
    this.#events.push(event);
    if (this.#events.length > MOST_EVENTS) {
      const gone = this.#events.splice(0, MOST_EVENTS / 2);
      this.compactedAt = gone.at(-1)?.revision ?? this.compactedAt;
    }
    for (const listener of [...this.#listeners]) listener(event);
  }
}

export function keyOf(metadata: JsonObject): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}

export function nowText(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}

/** Versions and times aside: applying the same again writes nothing. */
function isSame(before: StoredObject, object: JsonObject): boolean {
  const strip = (of: JsonObject) => {
    const metadata = isObject(of.metadata) ? of.metadata : {};
    const {
      resourceVersion: _,
      managedFields,
      generation: __,
      uid: ___,
      creationTimestamp: ____,
      ...rest
    } = metadata;
    const fields = (Array.isArray(managedFields) ? managedFields : []).map((entry) =>
      isObject(entry) ? { ...entry, time: null } : entry,
    );
    return { ...of, metadata: { ...rest, managedFields: fields } };
  };
  return isDeepStrictEqual(strip(before), strip(object));
}

function generationOf(type: ResourceType, before: StoredObject | null, object: JsonObject) {
  if (!type.hasStatus && object.spec === undefined) return {};
  if (!before) return { generation: 1 };
  const was = Number(before.metadata.generation ?? 1);
  return { generation: isDeepStrictEqual(before.spec, object.spec) ? was : was + 1 };
}
