import { isObject, type Json, type JsonObject } from "#server/engines/differ/json.ts";
import { withDefaults } from "./api-defaults.ts";
import {
  ApiStatus,
  alreadyExists,
  badRequest,
  changedMeanwhile,
  invalid,
  notFound,
} from "./api-status.ts";
import { applyObject } from "./apply-object.ts";
import { trackUpdate } from "./managed-fields.ts";
import { keyOf, nowText, type ObjectStore, type StoredObject } from "./object-store.ts";
import { jsonPatch, mergePatch, strategicPatch } from "./patch-object.ts";
import { groupVersionOf, type ResourceType } from "./resource-type.ts";

/** A change that a caller asks for. */
export interface Change {
  type: ResourceType;
  namespace: string | null;
  name: string | null;
  subresource: string | null;
  body: Json;
  contentType: string;
  query: URLSearchParams;
  /** Before the first slash of the caller's `user-agent`: the manager where none is named. */
  agent: string;
}

const NAME = /^[a-z0-9]([a-z0-9.:-]{0,251}[a-z0-9])?$/;

export function createObject(store: ObjectStore, change: Change): [code: number, JsonObject] {
  const { type, query } = change;
  const given = objectOf(change);
  const metadata = named(given, change);
  const name = String(metadata.name ?? "");
  if (!NAME.test(name)) throw noName(type, name);
  mustHaveNamespace(store, change);
  const what = { ...type, name };
  if (store.get(type, keyOf(metadata))) throw alreadyExists(what);
  const whole = withDefaults(withoutStatus({ ...given, metadata }, change));
  const made = trackUpdate(null, whole, by(change));
  return [201, keep(store, type, made, query)];
}

export function replaceObject(store: ObjectStore, change: Change): [code: number, JsonObject] {
  const { type, query } = change;
  const given = objectOf(change);
  const live = liveOf(store, change);
  const metadata = named(given, change);
  const version = metadata.resourceVersion;
  if (version && version !== live.metadata.resourceVersion) {
    throw changedMeanwhile({ ...type, name: live.metadata.name });
  }
  const whole = withDefaults(bounded(live, { ...given, metadata }, change));
  return [200, keep(store, type, trackUpdate(live, whole, by(change)), query)];
}

export function patchObject(store: ObjectStore, change: Change): [code: number, JsonObject] {
  if (change.contentType.startsWith("application/apply-patch")) return apply(store, change);
  const { type, contentType, body, query } = change;
  const live = liveOf(store, change);
  const patched = patchedBy(contentType, live, body, type);
  const metadata = isObject(patched.metadata) ? patched.metadata : {};
  if (
    metadata.resourceVersion !== undefined &&
    metadata.resourceVersion !== live.metadata.resourceVersion
  ) {
    throw changedMeanwhile({ ...type, name: live.metadata.name });
  }
  const asked = { ...patched, metadata: { ...metadata, name: live.metadata.name } };
  const whole = withDefaults(bounded(live, asked, change));
  return [200, keep(store, type, trackUpdate(live, whole, by(change)), query)];
}

function apply(store: ObjectStore, change: Change): [code: number, JsonObject] {
  const { type, query } = change;
  const manager = query.get("fieldManager");
  if (!manager) {
    throw new ApiStatus(
      422,
      "Invalid",
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
      {
        group: "meta.k8s.io",
        kind: "PatchOptions",
        causes: [
          {
            reason: "FieldValueRequired",
            message: "Required value: is required for apply patch",
            field: "fieldManager",
          },
        ],
      },
    );
  }
  const applied = objectOf(change);
  const given = named(applied, change);
  if (isObject(applied.metadata) && applied.metadata.managedFields !== undefined) {
    throw badRequest("metadata.managedFields must be nil");
  }
  const live = store.get(type, keyOf(given)) ?? null;
  if (!live) mustHaveNamespace(store, change);
  const { resourceVersion, ...metadata } = given;
  if (resourceVersion !== undefined && resourceVersion !== live?.metadata.resourceVersion) {
    throw changedMeanwhile({ ...type, name: String(given.name) });
  }
  const merged = applyObject(live, withoutStatus({ ...applied, metadata }, change), {
    manager,
    apiVersion: groupVersionOf(type),
    force: query.get("force") === "true",
  });
  return [live ? 200 : 201, keep(store, type, merged, query)];
}

export function deleteObject(store: ObjectStore, change: Change): [code: number, JsonObject] {
  const { type, body, query } = change;
  const live = liveOf(store, change);
  const asked = isObject(body) && isObject(body.preconditions) ? body.preconditions : {};
  const isOther =
    (asked.uid !== undefined && asked.uid !== live.metadata.uid) ||
    (asked.resourceVersion !== undefined &&
      asked.resourceVersion !== live.metadata.resourceVersion);
  if (isOther) throw changedMeanwhile({ ...type, name: live.metadata.name });
  const done = {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    details: {
      name: live.metadata.name,
      ...(type.group === "" ? {} : { group: type.group }),
      kind: type.resource,
      uid: live.metadata.uid ?? null,
    },
  };
  const isDry =
    isDryRun(query) ||
    (isObject(body) && Array.isArray(body.dryRun) && body.dryRun.includes("All"));
  if (isDry) return [200, done];
  const finalizers = live.metadata.finalizers;
  if (Array.isArray(finalizers) && finalizers.length > 0) {
    const metadata = {
      ...live.metadata,
      deletionTimestamp: nowText(),
      deletionGracePeriodSeconds: 0,
    };
    return [200, store.put(type, { ...live, metadata })];
  }
  store.remove(type, keyOf(live.metadata));
  return [200, done];
}

/** Stores it, or in a dry run gives what would be stored. */
function keep(
  store: ObjectStore,
  type: ResourceType,
  object: JsonObject,
  query: URLSearchParams,
): JsonObject {
  if (isDryRun(query)) return { ...object, apiVersion: groupVersionOf(type), kind: type.kind };
  const metadata = isObject(object.metadata) ? object.metadata : {};
  // The last finalizer of an object that is being deleted was taken away.
  const isLast = Array.isArray(metadata.finalizers) ? metadata.finalizers.length === 0 : true;
  if (metadata.deletionTimestamp !== undefined && isLast) {
    return store.remove(type, keyOf(metadata)) ?? object;
  }
  return store.put(type, object);
}

function isDryRun(query: URLSearchParams): boolean {
  return query.getAll("dryRun").includes("All");
}

function by({ type, query, agent, subresource }: Change) {
  return {
    manager: query.get("fieldManager") ?? agent,
    apiVersion: groupVersionOf(type),
    subresource,
  };
}

function objectOf({ body, type }: Change): JsonObject {
  if (!isObject(body)) throw badRequest("the object provided is unrecognized");
  const expected = groupVersionOf(type);
  if (body.kind !== type.kind || body.apiVersion !== expected) {
    throw badRequest(
      `${String(body.apiVersion)}, Kind=${String(body.kind)} is not ${expected}, Kind=${type.kind}`,
    );
  }
  return body;
}

/** The object's metadata with the place that the path names. Throws 400 where they differ. */
function named(object: JsonObject, { namespace, name, type }: Change): JsonObject {
  const metadata = isObject(object.metadata) ? object.metadata : {};
  if (name !== null && metadata.name !== undefined && metadata.name !== name) {
    throw badRequest(
      `the name of the object (${String(metadata.name)}) does not match the name on the URL (${name})`,
    );
  }
  if (namespace !== null && metadata.namespace !== undefined && metadata.namespace !== namespace) {
    throw badRequest(
      `the namespace of the provided object does not match the namespace sent on the request`,
    );
  }
  const place: JsonObject = type.isNamespaced && namespace !== null ? { namespace } : {};
  const called: JsonObject = name === null ? {} : { name };
  return { ...metadata, ...called, ...place };
}

function liveOf(store: ObjectStore, { type, namespace, name }: Change): StoredObject {
  const found = store.get(type, `${namespace ?? ""}/${name}`);
  if (!found) throw notFound({ ...type, ...(name === null ? {} : { name }) });
  return found;
}

function mustHaveNamespace(store: ObjectStore, { type, namespace }: Change): void {
  if (!type.isNamespaced || namespace === null) return;
  const namespaces = store.typeOfKind("v1", "Namespace");
  if (namespaces && !store.get(namespaces, `/${namespace}`)) {
    throw notFound({ ...namespaces, name: namespace });
  }
}

/** Below `/status` only the status changes, elsewhere all but it. */
function bounded(live: StoredObject, whole: JsonObject, { type, subresource }: Change): JsonObject {
  const isKept = {
    uid: live.metadata.uid ?? null,
    creationTimestamp: live.metadata.creationTimestamp ?? null,
  };
  if (subresource === "status") return { ...live, status: whole.status ?? {} };
  const metadata = {
    ...(isObject(whole.metadata) ? whole.metadata : {}),
    ...isKept,
    managedFields: live.metadata.managedFields ?? [],
  };
  if (live.apiVersion !== groupVersionOf(type)) throw badRequest("another version");
  const { status: given, ...rest } = whole;
  const status = type.hasStatus ? live.status : given;
  return { ...rest, metadata, ...(status === undefined ? {} : { status }) } as JsonObject;
}

function withoutStatus(object: JsonObject, { type }: Change): JsonObject {
  if (!type.hasStatus) return object;
  const { status: _, ...rest } = object;
  return rest;
}

function patchedBy(
  contentType: string,
  live: StoredObject,
  body: Json,
  type: ResourceType,
): JsonObject {
  if (contentType.startsWith("application/json-patch+json")) return jsonPatch(live, body);
  if (contentType.startsWith("application/merge-patch+json"))
    return mergePatch(live, body) as JsonObject;
  // Custom resources have no strategic merge.
  if (contentType.startsWith("application/strategic-merge-patch+json") && !type.isCustom) {
    return strategicPatch(live, body) as JsonObject;
  }
  throw new ApiStatus(
    415,
    "UnsupportedMediaType",
    "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml",
  );
}

function noName(type: ResourceType, name: string): ApiStatus {
  const message =
    name === "" ? "Required value: name or generateName is required" : `Invalid value: "${name}"`;
  return invalid({ ...type, name }, [{ field: "metadata.name", message }]);
}
