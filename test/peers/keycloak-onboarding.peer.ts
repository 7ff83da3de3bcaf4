import { randomBytes } from "node:crypto";
import { type Browser, chromium } from "@playwright/test";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DIRECTORY_CLIENT } from "#server/features/identity/realms/realm-file.ts";
import { MADE_BY_ATTRIBUTE, tenantRealm } from "#server/features/identity/realms/tenant-realm.ts";
import { KeycloakRealms } from "#server/integrations/keycloak-admin/realms.ts";
import { serviceAccountToken } from "#server/integrations/keycloak-admin/service-account-token.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { findChromium } from "#test/harness/chromium.ts";
import type { IdentityPeer } from "./identity-peer.ts";
import { obtainKeycloak } from "./keycloak/obtain-keycloak.ts";
import { type RunningKeycloak, startKeycloak } from "./keycloak/start-keycloak.ts";
import { RelyingParty } from "./relying-party.ts";

/** A Keycloak that knows no tenant, and a client in it that may make realms and nothing else. */
const MAKER = "sovereign-console-onboarding";
const SLUG = "new-tenant";
let keycloak: RunningKeycloak;
let browser: Browser;
let party: RelyingParty;
let realms: KeycloakRealms;
const secret = () => SecretValue.of(randomBytes(24).toString("base64url"));
const secrets = { clientSecret: secret(), directorySecret: secret() };

beforeAll(async () => {
  keycloak = await startKeycloak(await obtainKeycloak(), { realmFiles: [] });
  browser = await chromium.launch(findChromium());
  party = await RelyingParty.start(browser);
  const makerSecret = await newMaker();
  realms = new KeycloakRealms({
    url: keycloak.url,
    token: serviceAccountToken({
      tokenEndpoint: `${keycloak.url}/realms/master/protocol/openid-connect/token`,
      clientId: MAKER,
      clientSecret: async () => makerSecret,
    }),
  });
});
afterAll(async () => {
  await party?.stop();
  await browser?.close();
  await keycloak?.stop();
});

test("onboarding makes a realm in Keycloak itself; its administrator signs in with the role, and no more after offboarding", async () => {
  const representation = tenantRealm({
    slug: SLUG,
    displayName: "New Tenant",
    consoleUrl: party.url,
    lifecycleId: "0198c0de-0000-7000-8000-000000000001",
    ...secrets,
  });
  expect(await realms.read(SLUG)).toBeNull();
  expect(await realms.create(representation)).toBe("made");
  // A second try finds what the first one made, by its mark.
  expect(await realms.create(representation)).toBe("exists");
  expect(await realms.read(SLUG)).toMatchObject({
    isEnabled: true,
    attributes: { [MADE_BY_ATTRIBUTE]: "0198c0de-0000-7000-8000-000000000001" },
  });
  const user = { username: "first-admin", email: "first-admin@new-tenant.example" };
  const id = await realms.ensureUser(SLUG, user);
  expect(await realms.ensureUser(SLUG, user)).toBe(id);
  await realms.giveClientRole(SLUG, id, "runtime-api", "org-admin");
  await realms.giveClientRole(SLUG, id, "runtime-api", "org-admin");
  // The realm has no mail server: that is told, not taken for sent.
  expect(await realms.invite(SLUG, id)).toBe(false);
  expect(await keycloak.admin.roles(SLUG, user.username)).toEqual(["org-admin"]);

  await becomesReady(id);
  const { tokens } = await party.signIn(peer(), SLUG, user.username);
  expect(decodeJwt(tokens.access_token)).toMatchObject({
    iss: `${keycloak.url}/realms/${SLUG}`,
    preferred_username: user.username,
    resource_access: { "runtime-api": { roles: ["org-admin"] } },
  });
  // The account by which the console reads who has which role.
  const reader = () => directoryToken()();
  const directory = await fetch(`${keycloak.url}/admin/realms/${SLUG}/users?max=10`, {
    headers: { authorization: `Bearer ${(await reader()).reveal()}` },
  });
  expect(await directory.json()).toMatchObject([{ username: user.username }]);

  await realms.setEnabled(SLUG, false);
  expect(await realms.read(SLUG)).toMatchObject({ isEnabled: false });
  await expect(reader()).rejects.toMatchObject({ failure: "permission_denied" });
}, 240_000);

/** Asked for anew: what one had before still lives for a while. */
function directoryToken() {
  return serviceAccountToken({
    tokenEndpoint: `${keycloak.url}/realms/${SLUG}/protocol/openid-connect/token`,
    clientId: DIRECTORY_CLIENT,
    clientSecret: async () => secrets.directorySecret,
  });
}

/** What the invitation would have had her do. */
async function becomesReady(id: string): Promise<void> {
  const credential = { type: "password", value: "demo-password", temporary: false };
  await keycloak.admin.request("PUT", `${SLUG}/users/${id}/reset-password`, credential);
  const change = { requiredActions: [], firstName: "First", lastName: "Admin" };
  await keycloak.admin.setUser(SLUG, "first-admin", change);
}

function peer(): IdentityPeer {
  return {
    issuerOf: (realm: string) => `${keycloak.url}/realms/${realm}`,
    clientSecretOf: () => secrets.clientSecret.reveal(),
  } as unknown as IdentityPeer;
}

/** As the README asks for: a service account of the master realm with the role `create-realm` alone. */
async function newMaker(): Promise<SecretValue> {
  const { admin } = keycloak;
  const value = secret();
  await admin.request("POST", "master/clients", {
    clientId: MAKER,
    secret: value.reveal(),
    serviceAccountsEnabled: true,
    standardFlowEnabled: false,
    publicClient: false,
  });
  const read = async <Answer>(path: string) =>
    (await (await admin.request("GET", path)).json()) as Answer;
  const [client] = await read<{ id: string }[]>(`master/clients?clientId=${MAKER}`);
  const account = await read<{ id: string }>(`master/clients/${client?.id}/service-account-user`);
  const role = await read<object>("master/roles/create-realm");
  await admin.request("POST", `master/users/${account.id}/role-mappings/realm`, [role]);
  return value;
}
