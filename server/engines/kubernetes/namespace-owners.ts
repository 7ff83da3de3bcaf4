import type { Manifest } from "./read-manifests.ts";

/** Labels by which a namespace says whose it is. */
export const TENANT_LABEL = "catalyst.openova.io/tenant";
export const ENVIRONMENT_LABEL = "catalyst.openova.io/environment";
const ENVIRONMENTS = ["dev", "test", "staging", "prod"] as const;

export interface NamespaceOwner {
  tenant: string;
  /** Null when the namespace doesn't say, or says something that is none. */
  environment: (typeof ENVIRONMENTS)[number] | null;
}

/** Whose each namespace is; one without the tenant's label is nobody's and isn't in the map. */
export function namespaceOwners(objects: Iterable<Manifest>): Map<string, NamespaceOwner> {
  const owners = new Map<string, NamespaceOwner>();
  for (const { kind, apiVersion, metadata } of objects) {
    if (kind !== "Namespace" || apiVersion !== "v1") continue;
    const tenant = metadata.labels?.[TENANT_LABEL];
    if (typeof tenant !== "string" || tenant === "") continue;
    const said = metadata.labels?.[ENVIRONMENT_LABEL];
    const environment = ENVIRONMENTS.find((each) => each === said) ?? null;
    owners.set(metadata.name, { tenant, environment });
  }
  return owners;
}
