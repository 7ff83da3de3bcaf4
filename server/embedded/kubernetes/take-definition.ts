import { isObject, type JsonObject } from "#server/engines/differ/json.ts";
import type { ObjectStore } from "./object-store.ts";
import type { ResourceType } from "./resource-type.ts";

/** Serves what a CustomResourceDefinition defines from when it is created on. Gives what ends that. */
export function takeDefinition(store: ObjectStore): () => void {
  return store.onEvent(({ type, object }) => {
    if (object.kind !== "CustomResourceDefinition" || type === "DELETED") return;
    for (const each of definedTypes(object)) store.addType(each);
  });
}

function definedTypes({ spec }: JsonObject): ResourceType[] {
  if (!isObject(spec) || !isObject(spec.names) || !Array.isArray(spec.versions)) return [];
  const { names, versions, group, scope } = spec;
  const stored = versions.filter(isObject).find((version) => version.storage === true);
  if (!stored || typeof names.plural !== "string" || typeof names.kind !== "string") return [];
  return [
    {
      group: String(group),
      version: String(stored.name),
      resource: names.plural,
      singular: typeof names.singular === "string" ? names.singular : names.kind.toLowerCase(),
      kind: names.kind,
      isNamespaced: scope === "Namespaced",
      shortNames: [],
      hasStatus: isObject(stored.subresources) && isObject(stored.subresources.status),
      isCustom: true,
    },
  ];
}
