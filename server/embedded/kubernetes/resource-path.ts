import { groupVersionOf, type ResourceType } from "./resource-type.ts";

/** What a path names: a kind, and in it all objects, those of a namespace, or one. */
export interface ResourcePath {
  type: ResourceType;
  namespace: string | null;
  name: string | null;
  subresource: string | null;
}

/** Null for what is not served. */
export function resourcePath(path: string, types: readonly ResourceType[]): ResourcePath | null {
  const steps = path.split("/").filter(Boolean).map(decodeURIComponent);
  const base = steps.shift();
  const groupVersion =
    base === "api" ? steps.shift() : base === "apis" ? `${steps.shift()}/${steps.shift()}` : null;
  if (!groupVersion) return null;
  const own = types.filter((type) => groupVersionOf(type) === groupVersion);
  const find = (resource: string | undefined) => own.find((type) => type.resource === resource);
  const isBelow = steps[0] === "namespaces" && steps.length > 2;
  const below = isBelow ? find(steps[2]) : undefined;
  if (below?.isNamespaced) {
    const [, namespace = "", , name = null, subresource = null] = steps;
    return steps.length > 5 ? null : placed(below, namespace, name, subresource);
  }
  const [resource, name = null, subresource = null, ...more] = steps;
  const type = find(resource);
  // A namespaced object is named within its namespace only.
  if (!type || more.length > 0 || (type.isNamespaced && name !== null)) return null;
  return placed(type, null, name, subresource);
}

function placed(
  type: ResourceType,
  namespace: string | null,
  name: string | null,
  subresource: string | null,
): ResourcePath | null {
  if (subresource !== null && (subresource !== "status" || !type.hasStatus)) return null;
  return { type, namespace, name, subresource };
}
