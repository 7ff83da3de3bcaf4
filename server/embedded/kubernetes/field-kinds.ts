import { ATOMIC_MAPS } from "#server/engines/differ/atomic-maps.ts";
import { isObject, type Json } from "#server/engines/differ/json.ts";

/** Keys of list maps (`x-kubernetes-list-map-keys` of the API), by the list's own field. */
const LIST_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ["name"],
  initContainers: ["name"],
  ephemeralContainers: ["name"],
  volumes: ["name"],
  env: ["name"],
  imagePullSecrets: ["name"],
  hostAliases: ["ip"],
  volumeMounts: ["mountPath"],
  volumeDevices: ["devicePath"],
  topologySpreadConstraints: ["topologyKey", "whenUnsatisfiable"],
  conditions: ["type"],
  webhooks: ["name"],
  ownerReferences: ["uid"],
  resourceClaims: ["name"],
};
const SETS = new Set(["finalizers"]);
/** Names on the way to a field, with `*` for the items of a list. */
type Names = readonly string[];

export function mapKind(names: Names): "atomic" | "granular" {
  return ATOMIC_MAPS.has(names.at(-1) ?? "") ? "atomic" : "granular";
}

export function listKind(names: Names): "map" | "set" | "atomic" {
  if (keysOf(names)) return "map";
  return SETS.has(names.at(-1) ?? "") ? "set" : "atomic";
}

/** The item's own step: `k:{"name":"app"}` or `v:"x"`; null where a key is missing. */
export function itemKey(names: Names, item: Json): string | null {
  const keys = keysOf(names);
  if (!keys) return `v:${JSON.stringify(item)}`;
  if (!isObject(item)) return null;
  const found: Record<string, Json> = {};
  for (const key of keys) {
    const value = item[key] ?? (key === "protocol" ? "TCP" : undefined);
    if (value === undefined) return null;
    found[key] = value;
  }
  return `k:${JSON.stringify(found)}`;
}

function keysOf(names: Names): readonly string[] | undefined {
  const field = names.at(-1) ?? "";
  const isPodPart = names.includes("containers") || names.includes("initContainers");
  if (field === "ports") {
    if (isPodPart) return ["containerPort", "protocol"];
    // Services; the ports of a rule of a NetworkPolicy are no map.
    return names.length === 2 ? ["port", "protocol"] : undefined;
  }
  if (field === "secrets") return names.length === 1 ? ["name"] : undefined;
  if (field === "conditions") return names[0] === "status" ? ["type"] : undefined;
  return LIST_KEYS[field];
}
