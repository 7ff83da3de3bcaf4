import { namespaceOf } from "#server/engines/kubernetes/manifest-fields.ts";
import { TENANT_LABEL } from "#server/engines/kubernetes/namespace-owners.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import type { ClusterTenancy, Owner } from "./cluster-tenancy.ts";

/** Whose an object is: its own label says so, else its namespace does. */
export function ownerOfObject(tenancy: ClusterTenancy, manifest: Manifest): Owner {
  const tenant = manifest.metadata.labels?.[TENANT_LABEL];
  if (typeof tenant === "string" && tenant !== "") return { kind: "tenant", tenant };
  return tenancy.ownerOf(namespaceOf(manifest));
}

/** The other tenant that owns it, if one does. */
export function otherTenant(owner: Owner, tenant: string): string | null {
  return owner.kind === "tenant" && owner.tenant !== tenant ? owner.tenant : null;
}

/** `apiVersion` of this API group, in any version. */
export function isOfGroup(manifest: Manifest, group: string): boolean {
  return manifest.apiVersion.startsWith(`${group}/`);
}
