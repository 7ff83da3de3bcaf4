import { isHiddenValue } from "#server/engines/kubernetes/hidden-value.ts";
import { notePlace, placeOf } from "#server/engines/kubernetes/manifest-place.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/**
 * The object without any secret value (law 6): of a `Secret`, the names of its keys stay and their
 * values go; so does what kubectl noted down of it when it was last applied.
 */
export function withoutValues(manifest: Manifest): Manifest {
  if (manifest.kind !== "Secret") return manifest;
  const { data, stringData, ...rest } = manifest;
  const annotations = rest.metadata.annotations;
  const kept = isRecord(annotations)
    ? Object.fromEntries(Object.entries(annotations).filter(([key]) => key !== LAST_APPLIED))
    : undefined;
  const { managedFields: _fields, ...metadata } = rest.metadata;
  const without: Manifest = {
    ...rest,
    metadata: { ...metadata, ...(kept ? { annotations: kept } : {}) },
    ...(isRecord(data) ? { data: namesOnly(data) } : {}),
    ...(isRecord(stringData) ? { stringData: namesOnly(stringData) } : {}),
  };
  const place = placeOf(manifest);
  return place ? notePlace(without, place) : without;
}

function namesOnly(values: Record<string, unknown>): Record<string, unknown> {
  // Encrypted as a whole: not even the names are known.
  if (isHiddenValue(values)) return values;
  return Object.fromEntries(Object.keys(values).map((name) => [name, null]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
