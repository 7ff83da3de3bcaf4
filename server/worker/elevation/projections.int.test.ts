import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type DevIdp, startDevIdp } from "#server/embedded/idp/testing/start-dev-idp.ts";
import { elevationOverview } from "#server/features/elevation/queries.ts";
import {
  admin,
  grantTo,
  offer,
  runOut,
} from "#server/features/elevation/testing/elevation-fixture.ts";
import { revokeGrant } from "#server/features/elevation/verbs/revoke-grant.ts";
import { IdentityConfigSchema } from "#server/features/identity/config.ts";
import { ELEVATED_ROLE } from "#server/features/identity/realms/realm-file.ts";
import { register } from "#server/features/rotation-targets/testing/target-fixture.ts";
import { KeycloakRealmRoles } from "#server/integrations/keycloak-admin/realm-roles.ts";
import { RoleBindingsApi } from "#server/integrations/kubernetes/role-bindings-api.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import {
  type RoleBindingServer,
  startRoleBindingServer,
} from "#test/contract/kubernetes/role-binding-server.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { throwawayDirectory } from "#test/harness/throwaway-directory.ts";
import type { ProjectionPlaces } from "./project.ts";
import { projectElevations, tendElevations } from "./tend-elevation.ts";

let idp: DevIdp;
let cluster: RoleBindingServer;
let places: ProjectionPlaces;
let ada: { issuer: string; subject: string };
let roles: KeycloakRealmRoles;
let tenant: AuthorizedTenantId;

beforeAll(async () => {
  const folder = await throwawayDirectory();
  idp = await startDevIdp({ folder, consoleUrl: "http://localhost:3999" });
  cluster = await startRoleBindingServer();
  const identity = IdentityConfigSchema.parse(JSON.parse(readFileSync(idp.identityFile, "utf8")));
  const access = { kind: "kubeconfig", file: cluster.kubeconfig } as const;
  places = { identity, roleBindings: new RoleBindingsApi(access) };
  const token = SecretValue.of(readFileSync(join(folder, "admin-token"), "utf8"));
  roles = new KeycloakRealmRoles({ url: idp.url, realm: "acme-shop", token: async () => token });
  const answer = await idp.admin("GET", "acme-shop/users?username=org-admin");
  const [person] = (await answer.json()) as { id: string }[];
  ada = { issuer: `${idp.url}/realms/acme-shop`, subject: person?.id ?? "" };
});
afterAll(async () => {
  await idp.stop();
  await cluster.stop();
});
beforeEach(async () => {
  tenant = await newTenant();
});

const caller = () =>
  userOf(tenant, ada.subject, { issuer: ada.issuer, roles: ["sovereign-admin"] });
const standing = async () => {
  const viewer = admin(tenant);
  const { grants, ended } = await withTenant(tenant, "tenant", (tx) =>
    elevationOverview(tx, tenant, viewer),
  );
  return [...grants, ...ended].map((each) => each.standing);
};
/** What is due again later is due now. */
const dueNow = () =>
  asSuperuser(
    "UPDATE elevation_projection SET due_at = clock_timestamp() - interval '1 second' WHERE tenant_id = $1",
    [tenant],
  );

test("a realm role stands while the grant is live, one role for two grants; it is gone with the last", async () => {
  await offer(tenant, { projections: [{ kind: "keycloak-role", role: ELEVATED_ROLE }] });
  const first = await grantTo(caller(), { scopes: ["runtime.secrets.override"] });
  expect(await roles.has(ada.subject, ELEVATED_ROLE)).toBe(false);
  await projectElevations(places);
  expect(await roles.has(ada.subject, ELEVATED_ROLE)).toBe(true);

  const second = await grantTo(caller());
  await projectElevations(places);
  await runVerb(revokeGrant, caller(), { grantId: first.grantId, reason: "Done" });
  await projectElevations(places);
  expect(await roles.has(ada.subject, ELEVATED_ROLE)).toBe(true);

  await runOut(tenant, second.grantId);
  expect(await standing()).toContain("revoking");
  await projectElevations(places);
  expect(await roles.has(ada.subject, ELEVATED_ROLE)).toBe(false);
  await tendElevations();
  expect((await standing()).sort()).toEqual(["expired", "given-back"]);
  const types = await typesOf(tenant);
  for (const act of ["projected", "projection-gone", "expired"]) {
    expect(types).toContain(`runtime.elevation.${act}`);
  }
});

test("a RoleBinding is applied, mended, and counts as revoking until it is read to be gone", async () => {
  const target = { kind: "kubernetes-role-binding", namespace: "shop", role: "edit" } as const;
  const projections = [{ ...target, roleKind: "ClusterRole" as const }];
  await expect(offer(tenant, { projections })).rejects.toMatchObject({
    code: "invalid",
    details: { field: "policy.projections" },
  });
  await register({
    address: { kind: "kubernetes", namespaces: ["shop"] },
    tenants: [tenant],
  });
  await offer(tenant, { projections });
  const { grantId } = await grantTo(caller());
  await projectElevations(places);
  const [binding] = cluster.all();
  expect(binding).toMatchObject({
    metadata: {
      namespace: "shop",
      annotations: { "catalyst.openova.io/elevation-grant": grantId },
    },
    roleRef: { kind: "ClusterRole", name: "edit" },
    subjects: [{ kind: "User", name: `${ada.issuer}#${ada.subject}` }],
  });
  cluster.lose(binding?.metadata.name ?? "");
  await dueNow();
  await projectElevations(places);
  expect(cluster.all()).toHaveLength(1);

  cluster.holdDeletions(true);
  await runVerb(revokeGrant, admin(tenant, "other"), { grantId, reason: "Seen elsewhere" });
  await projectElevations(places);
  expect(await standing()).toEqual(["revoking"]);
  cluster.holdDeletions(false);
  await dueNow();
  await projectElevations(places);
  expect(cluster.all()).toEqual([]);
  expect(await standing()).toEqual(["revoked"]);
});

test("a place that is not there is said, and tried again", async () => {
  await offer(tenant, { projections: [{ kind: "keycloak-role", role: "elevated-nobody" }] });
  await grantTo(caller());
  await projectElevations(places);
  const [row] = await asSuperuser<{ state: string; trouble: string }>(
    "SELECT state, trouble FROM elevation_projection WHERE tenant_id = $1",
    [tenant],
  );
  expect(row).toEqual({ state: "projecting", trouble: expect.stringContaining("not_found") });
  expect(await typesOf(tenant)).toContain("runtime.elevation.projection-failed");
});
