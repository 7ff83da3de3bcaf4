import { createHash } from "node:crypto";
import { isObject, type Json, type JsonObject } from "#server/engines/differ/json.ts";
import { list, record } from "#server/engines/kubernetes/manifest-fields.ts";
import {
  keyOf,
  ObjectStore,
  type StoredObject,
  type StoreEvent,
} from "../kubernetes/object-store.ts";
import { typeKey } from "../kubernetes/resource-type.ts";
import type { ManifestFolder } from "./manifest-folder.ts";

/** What the API server makes up, and no file needs. */
const MADE_UP = new Set(["resourceVersion", "uid", "generation", "creationTimestamp"]);

/**
 * The objects of a folder of manifests for an API server: what is written into the folder is seen through
 * the API, and what changes through the API is written into the folder.
 */
export class FolderCluster {
  readonly store = new ObjectStore();
  readonly #folder: ManifestFolder;
  /** By file, what it held when it was last taken over. */
  readonly #held = new Map<string, Map<string, JsonObject>>();
  #isTaking = false;

  constructor(folder: ManifestFolder) {
    this.#folder = folder;
    for (const file of new Set(folder.entries().map((entry) => entry.file))) this.#take(file);
    folder.onWrite((file) => this.#take(file));
    this.store.onEvent((event) => this.#keep(event));
  }

  /** Takes over what somebody else wrote into the folder. */
  refresh(): void {
    for (const file of this.#folder.refresh()) this.#take(file);
  }

  #take(file: string): void {
    if (this.#isTaking) return;
    this.#isTaking = true;
    try {
      const before = this.#held.get(file) ?? new Map<string, JsonObject>();
      const now = new Map<string, JsonObject>();
      for (const entry of this.#folder.entries()) {
        if (entry.file !== file) continue;
        const object = JSON.parse(JSON.stringify(entry.document.toJS())) as JsonObject;
        const stored = this.store.load(object);
        now.set(`${stored.apiVersion} ${stored.kind} ${keyOf(stored.metadata)}`, stored);
      }
      for (const [key, object] of before) {
        if (now.has(key)) continue;
        const type = this.store.typeOfKind(String(object.apiVersion), String(object.kind));
        if (type && isObject(object.metadata)) this.store.remove(type, keyOf(object.metadata));
      }
      this.#held.set(file, now);
    } finally {
      this.#isTaking = false;
    }
  }

  /** Writes down what came by the API; and does what controllers would do then. */
  #keep({ type, object, before, resource }: StoreEvent): void {
    if (this.#isTaking) return;
    if (type === "DELETED") {
      this.#folder.remove(object);
      return;
    }
    const metadata = Object.fromEntries(
      Object.entries(object.metadata).filter(([name]) => !MADE_UP.has(name)),
    );
    this.#folder.put({ ...object, metadata } as JsonObject);
    if (typeKey(resource) === "deployments.apps" && before) this.#rollOut(object);
  }

  /** As the controllers do: the workload's pods are run from its template again. */
  #rollOut(deployment: StoredObject): void {
    const { name, namespace } = deployment.metadata;
    const template = record(record(deployment.spec).template);
    const containers = list(record(template.spec).containers) as Json[];
    const pods = this.store.typeOfKind("v1", "Pod");
    if (!pods || containers.length === 0) return;
    for (const pod of this.store.list(pods)) {
      const isOwn =
        pod.metadata.namespace === namespace &&
        list(pod.metadata.ownerReferences).some((one) =>
          new RegExp(`^${name}(-[a-z0-9]+)?$`).test(String(record(one).name)),
        );
      if (!isOwn) continue;
      const spec = {
        ...record(pod.spec),
        ...withoutUndefined(template.spec),
        nodeName: record(pod.spec).nodeName,
      };
      const status = { ...record(pod.status), containerStatuses: containers.map(running) };
      this.store.put(pods, { ...pod, spec, status } as JsonObject);
    }
  }
}

function withoutUndefined(value: unknown): JsonObject {
  return JSON.parse(JSON.stringify(value ?? {})) as JsonObject;
}

/** As a node reports it; the demo's images have digests that are made of their references. */
function running(container: Json): Json {
  const { name, image } = record(container);
  const digest = createHash("sha256").update(String(image)).digest("hex");
  const repository = String(image)
    .replace(/@.*$/, "")
    .replace(/:[^:/]*$/, "");
  return {
    name: String(name),
    ready: true,
    image: String(image),
    imageID: `${repository}@sha256:${digest}`,
  };
}
