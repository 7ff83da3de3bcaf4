import { namespaceOf, record } from "#server/engines/kubernetes/manifest-fields.ts";
import type { ClusterTenancy } from "./cluster-tenancy.ts";
import type { Fact, FactCode, Verdict } from "./fact.ts";
import { isOfGroup, otherTenant, ownerOfObject } from "./owner-of-object.ts";

/** The realms that sign people in, as the console is configured to believe them. */
export interface IdentityEvidence {
  name: string;
  realms: readonly { realm: string; issuer: string; tenant: string | null }[];
}

const KEYCLOAK = "k8s.keycloak.org";

/**
 * Realms: whose issuer it is decides who gets in at all, so they count for Secrets. A tenant has a realm
 * of its own; where the operator's objects tell, that realm is imported in nobody else's namespace.
 */
export function judgeRealm(
  identity: IdentityEvidence,
  clusters: readonly ClusterTenancy[],
  tenant: string,
): Fact[] {
  const facts: Fact[] = [];
  const source = { kind: "identity", name: identity.name } as const;
  const add = (code: FactCode, verdict: Verdict, params: Record<string, string>, peer?: string) =>
    facts.push({
      layer: "secrets",
      code,
      verdict,
      source,
      params,
      objects: [],
      ...(peer === undefined ? {} : { peer }),
    });
  const own = identity.realms.filter((each) => each.tenant === tenant);
  if (own.length === 0) add("realm-absent", "violates", {});
  for (const { realm, issuer } of own) {
    add("realm-own", "supports", { realm, issuer });
    for (const tenancy of clusters) {
      for (const manifest of tenancy.evidence.manifests) {
        if (manifest.kind !== "KeycloakRealmImport" || !isOfGroup(manifest, KEYCLOAK)) continue;
        if (record(record(manifest.spec).realm).realm !== realm) continue;
        const peer =
          otherTenant(ownerOfObject(tenancy, manifest), tenant) ??
          otherTenant(tenancy.ownerOf(namespaceOf(manifest)), tenant);
        if (peer) add("realm-foreign", "violates", { realm }, peer);
      }
    }
  }
  return facts;
}
