import "server-only";
import { readFileSync } from "node:fs";
import type { ProjectionWork } from "#server/features/elevation/index.ts";
import { type IdentityConfig, realmOfIssuer } from "#server/features/identity/config.ts";
import { KeycloakAdminError } from "#server/integrations/keycloak-admin/keycloak-admin-error.ts";
import { KeycloakRealmRoles } from "#server/integrations/keycloak-admin/realm-roles.ts";
import { serviceAccountToken } from "#server/integrations/keycloak-admin/service-account-token.ts";
import { KubernetesError } from "#server/integrations/kubernetes/kubernetes-call.ts";
import type { RoleBindingsApi } from "#server/integrations/kubernetes/role-bindings-api.ts";
import { SecretValue } from "#server/platform/secret-value.ts";

/** Where grants are projected to. What is absent is not configured, which is said and never passed over. */
export interface ProjectionPlaces {
  identity: IdentityConfig;
  roleBindings: RoleBindingsApi | null;
}

type Work = Extract<ProjectionWork, { projectionId: string }>;
export type Seen = { how: "stands" } | { how: "gone" } | { how: "failed"; trouble: string };

/** Makes what a projection stands for, or takes it away, and then reads what is there. */
export async function project(places: ProjectionPlaces, work: Work): Promise<Seen> {
  try {
    const stands = await (work.kind === "keycloak-role"
      ? asRealmRole(places, work)
      : asRoleBinding(places, work));
    return stands ? { how: "stands" } : { how: "gone" };
  } catch (error) {
    const isNamed =
      error instanceof NotConfigured ||
      error instanceof KeycloakAdminError ||
      error instanceof KubernetesError;
    if (!isNamed) throw error;
    return { how: "failed", trouble: error.message.slice(0, 500) };
  }
}

class NotConfigured extends Error {}

async function asRealmRole(
  { identity }: ProjectionPlaces,
  { act, target, person }: Work,
): Promise<boolean> {
  const realm = realmOfIssuer(identity, person.issuer);
  const ending = `/realms/${realm?.realm}`;
  if (!realm?.directory || !realm.issuer.endsWith(ending)) {
    throw new NotConfigured("The console has no account in the person's realm.");
  }
  const { clientId, clientSecretFile } = realm.directory;
  const roles = new KeycloakRealmRoles({
    url: realm.issuer.slice(0, -ending.length),
    realm: realm.realm,
    token: serviceAccountToken({
      tokenEndpoint: `${realm.issuer}/protocol/openid-connect/token`,
      clientId,
      clientSecret: async () => SecretValue.of(readFileSync(clientSecretFile, "utf8").trim()),
    }),
  });
  const role = target.role ?? "";
  if (act === "project") await roles.add(person.subject, role);
  else await roles.remove(person.subject, role);
  return roles.has(person.subject, role);
}

async function asRoleBinding(
  { roleBindings }: ProjectionPlaces,
  { act, target, person, projectionId, grantId, endsAt }: Work,
): Promise<boolean> {
  if (!roleBindings) throw new NotConfigured("The console is not connected to a cluster.");
  const { namespace = "", role = "", roleKind } = target;
  const name = `elevation-${projectionId}`;
  const spec = {
    namespace,
    name,
    role,
    roleKind: roleKind === "ClusterRole" ? ("ClusterRole" as const) : ("Role" as const),
    user: `${person.issuer}#${person.subject}`,
    annotations: {
      "catalyst.openova.io/elevation-grant": grantId,
      "catalyst.openova.io/ends-at": endsAt.toISOString(),
    },
  };
  if (act === "project") await roleBindings.apply(spec);
  else await roleBindings.delete(namespace, name);
  const found = await roleBindings.read(namespace, name);
  if (act === "remove") return found !== null;
  return (
    found !== null &&
    found.role === role &&
    found.roleKind === spec.roleKind &&
    found.users.includes(spec.user)
  );
}
