import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { KeycloakClientSecrets } from "#server/integrations/keycloak-admin/client-secrets.ts";
import {
  probeClientSecret,
  proveClientSecretDead,
} from "#server/integrations/keycloak-admin/probe-client-secret.ts";
import { serviceAccountToken } from "#server/integrations/keycloak-admin/service-account-token.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import {
  obtainWithSecretRotation,
  SECRET_ROTATION,
} from "../keycloak/obtain-with-secret-rotation.ts";
import { type RunningKeycloak, startKeycloak } from "../keycloak/start-keycloak.ts";

const REALM = "rotation-peer";
const GRACE_SECONDS = 600;
let keycloak: RunningKeycloak;
let adminPassword: string;
let secrets: KeycloakClientSecrets;

beforeAll(async () => {
  const installation = await obtainWithSecretRotation();
  adminPassword = await readFile(join(installation.home, "peer-admin.password"), "utf8");
  keycloak = await startKeycloak(installation, { realmFiles: [], variables: SECRET_ROTATION });
  await admin("POST", "", { realm: REALM, enabled: true });
  await setPolicy(true);
  await makeServiceAccount();
  secrets = new KeycloakClientSecrets({
    url: keycloak.url,
    realm: REALM,
    token: serviceAccountToken({
      tokenEndpoint: tokenEndpoint(),
      clientId: "console-rotator",
      clientSecret: async () => SecretValue.of("rotator-secret"),
    }),
  });
});

afterAll(async () => {
  await keycloak?.stop();
});

test("a rotation leaves the old secret for the grace; ended, it is dead and the new one lives", async () => {
  const old = await makeClient("with-grace");
  const client = { tokenEndpoint: tokenEndpoint(), clientId: "with-grace" };
  const before = await secrets.state("with-grace");
  expect(before).toMatchObject({ createdAt: null, rotated: null });
  expect(before?.expiresAt?.getTime()).toBeGreaterThan(Date.now());

  const { current, state } = await secrets.rotateFrom("with-grace", old);
  const graceMillis = (state.rotated?.expiresAt?.getTime() ?? 0) - Date.now();
  expect(graceMillis).toBeGreaterThan((GRACE_SECONDS - 60) * 1000);
  expect(graceMillis).toBeLessThanOrEqual(GRACE_SECONDS * 1000);
  expect(await probeClientSecret(client, old)).toBe("accepted");
  expect(await probeClientSecret(client, current)).toBe("accepted");
  expect(await proveClientSecretDead(client, { old, current })).toBe("alive");

  const again = await secrets.rotateFrom("with-grace", old);
  expect(again.current.reveal()).toBe(current.reveal());
  expect((await secrets.current("with-grace"))?.reveal()).toBe(current.reveal());

  await secrets.invalidateRotated("with-grace");
  await secrets.invalidateRotated("with-grace");
  expect((await secrets.state("with-grace"))?.rotated).toBeNull();
  expect(await proveClientSecretDead(client, { old, current })).toBe("dead");
  expect(JSON.stringify([current, state])).not.toContain(current.reveal());
});

test("without the realm's policy there is no grace, and it is not rotated by surprise", async () => {
  await setPolicy(false);
  try {
    const old = await makeClient("no-grace");
    const client = { tokenEndpoint: tokenEndpoint(), clientId: "no-grace" };
    const refused = secrets.rotateFrom("no-grace", old);
    await expect(refused).rejects.toMatchObject({ failure: "no_grace", changedNothing: true });
    expect(await probeClientSecret(client, old)).toBe("accepted");
    const { current, state } = await secrets.rotateFrom("no-grace", old, { withoutGrace: true });
    expect(state.rotated).toBeNull();
    expect(await proveClientSecretDead(client, { old, current })).toBe("dead");
  } finally {
    await setPolicy(true);
  }
});

test("a disabled client and an unknown one prove nothing", async () => {
  const old = await makeClient("disabled");
  const { current } = await secrets.rotateFrom("disabled", old);
  const { id } = await clientNamed("disabled");
  await admin("PUT", `${REALM}/clients/${id}`, { clientId: "disabled", enabled: false });
  const client = { tokenEndpoint: tokenEndpoint(), clientId: "disabled" };
  expect(await proveClientSecretDead(client, { old, current })).toBe("unknown");
  expect(await secrets.state("nobody")).toBeNull();
  const failed = secrets.rotateFrom("nobody", old);
  await expect(failed).rejects.toMatchObject({ failure: "not_found", changedNothing: true });
});

test("an account without the right, another realm and a bad token are told apart", async () => {
  const token = async () => SecretValue.of("nonsense");
  const stranger = new KeycloakClientSecrets({ url: keycloak.url, realm: REALM, token });
  await expect(stranger.state("x")).rejects.toMatchObject({ failure: "permission_denied" });
  await makeClient("powerless", true);
  const { id } = await clientNamed("powerless");
  const { value } = await admin<{ value: string }>("GET", `${REALM}/clients/${id}/client-secret`);
  const powerless = serviceAccountToken({
    tokenEndpoint: tokenEndpoint(),
    clientId: "powerless",
    clientSecret: async () => SecretValue.of(value),
  });
  const weak = new KeycloakClientSecrets({ url: keycloak.url, realm: REALM, token: powerless });
  await expect(weak.state("with-grace")).rejects.toMatchObject({ failure: "permission_denied" });
});

function tokenEndpoint(): string {
  return `${keycloak.url}/realms/${REALM}/protocol/openid-connect/token`;
}

async function makeClient(clientId: string, serviceAccountsEnabled = false): Promise<SecretValue> {
  const secret = `first-${clientId}`;
  const body = { clientId, secret, publicClient: false, serviceAccountsEnabled };
  await admin("POST", `${REALM}/clients`, body);
  return SecretValue.of(secret);
}

/** The console's own account: a client that may manage clients and nothing else. */
async function makeServiceAccount(): Promise<void> {
  const clientId = "console-rotator";
  await admin("POST", `${REALM}/clients`, {
    clientId,
    secret: "rotator-secret",
    publicClient: false,
    serviceAccountsEnabled: true,
  });
  const own = await clientNamed(clientId);
  const management = await clientNamed("realm-management");
  const user = await admin<Named>("GET", `${REALM}/clients/${own.id}/service-account-user`);
  const role = await admin("GET", `${REALM}/clients/${management.id}/roles/manage-clients`);
  const mappings = `${REALM}/users/${user.id}/role-mappings/clients/${management.id}`;
  await admin("POST", mappings, [role]);
}

interface Named {
  id: string;
}

async function clientNamed(clientId: string): Promise<Named> {
  const [found] = await admin<Named[]>("GET", `${REALM}/clients?clientId=${clientId}`);
  if (!found) throw new Error(`no client ${clientId}`);
  return found;
}

async function setPolicy(isOn: boolean): Promise<void> {
  const configuration = {
    "expiration-period": 86_400,
    "rotated-expiration-period": GRACE_SECONDS,
    "remaining-rotation-period": 300,
  };
  const profile = { name: "rotation", executors: [{ executor: "secret-rotation", configuration }] };
  const condition = { condition: "client-access-type", configuration: { type: ["confidential"] } };
  const policy = {
    name: "rotation",
    enabled: true,
    conditions: [condition],
    profiles: ["rotation"],
  };
  await admin("PUT", `${REALM}/client-policies/profiles`, { profiles: [profile] });
  await admin("PUT", `${REALM}/client-policies/policies`, { policies: isOn ? [policy] : [] });
}

async function admin<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
  const signedIn = await fetch(`${keycloak.url}/realms/master/protocol/openid-connect/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "password",
      client_id: "admin-cli",
      username: "peer-admin",
      password: adminPassword,
    }),
  });
  const { access_token: token } = (await signedIn.json()) as { access_token: string };
  const response = await fetch(`${keycloak.url}/admin/realms${path ? `/${path}` : ""}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return (text ? JSON.parse(text) : null) as T;
}
