import { isObject, type Json, type JsonObject } from "./json.ts";

/** Merge keys of list maps (`x-kubernetes-list-map-keys` and `patchMergeKey` of the API), by field. */
const LIST_KEYS: Record<string, readonly (readonly string[])[]> = {
  containers: [["name"]],
  initContainers: [["name"]],
  ephemeralContainers: [["name"]],
  volumes: [["name"]],
  env: [["name"]],
  imagePullSecrets: [["name"]],
  secrets: [["name"]],
  hostAliases: [["ip"]],
  volumeMounts: [["mountPath"]],
  volumeDevices: [["devicePath"]],
  volumeClaimTemplates: [["metadata", "name"]],
  topologySpreadConstraints: [["topologyKey"], ["whenUnsatisfiable"]],
  conditions: [["type"]],
  webhooks: [["name"]],
  ownerReferences: [["uid"]],
  resourceClaims: [["name"]],
};

/** Lists whose order means nothing. */
const SETS = new Set([
  "finalizers",
  "policyTypes",
  "accessModes",
  "loadBalancerSourceRanges",
  "externalIPs",
]);

export function isSetField(field: string): boolean {
  return SETS.has(field);
}

/** Containers' ports are keyed by container port, services' by port; the protocol defaults to TCP. */
function portKey(item: JsonObject): string | undefined {
  const port = item.containerPort ?? item.port;
  if (port === undefined || port === null) return undefined;
  return `${String(port)}/${String(item.protocol ?? "TCP")}`;
}

function at(item: JsonObject, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (value, step) => (isObject(value) ? value[step] : undefined),
    item,
  );
}

/**
 * The items of a list map by key, or undefined when the field is no list map or a key is missing
 * or doubled: then only position can tell the items apart.
 */
export function keyedItems(
  field: string,
  items: readonly Json[],
): Map<string, JsonObject> | undefined {
  const paths = LIST_KEYS[field];
  if (!paths && field !== "ports") return undefined;
  const keyed = new Map<string, JsonObject>();
  for (const item of items) {
    if (!isObject(item)) return undefined;
    const parts = paths ? paths.map((path) => at(item, path)) : [portKey(item)];
    if (parts.some((part) => part === undefined || part === null || typeof part === "object"))
      return undefined;
    const key = parts.join("|");
    if (keyed.has(key)) return undefined;
    keyed.set(key, item);
  }
  return keyed;
}
