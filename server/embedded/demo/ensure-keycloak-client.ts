import type { KvV2 } from "#server/integrations/openbao/kv-v2.ts";
import { SecretValue } from "#server/platform/secret-value.ts";

export interface KeycloakSeed {
  /** e.g. `http://localhost:8081`, without a realm. */
  url: string;
  realm: string;
  /** An administrator's token. */
  token: SecretValue;
  kv: KvV2;
}

interface Named {
  id: string;
}

const ROTATOR = "console-rotator";

/**
 * What the console needs to rotate client secrets in a realm: the client policy that keeps the old
 * one for a grace, and an account that may manage clients, its secret in the vault. Repeatable.
 */
export async function ensureClientRotation(
  seed: KeycloakSeed,
  { accountPath, graceSeconds }: { accountPath: string; graceSeconds: number },
): Promise<void> {
  await setRotationPolicy(seed, graceSeconds);
  const own = await ensureClient(seed, ROTATOR, true);
  const management = await clientNamed(seed, "realm-management");
  const user = await call<Named>(seed, "GET", `clients/${own.id}/service-account-user`);
  const role = await call(seed, "GET", `clients/${management.id}/roles/manage-clients`);
  await call(seed, "POST", `users/${user.id}/role-mappings/clients/${management.id}`, [role]);
  const secret = await secretOf(seed, own);
  await ensureFields(seed.kv, accountPath, {
    client_id: SecretValue.of(ROTATOR),
    client_secret: secret,
  });
}

/** The realm's policy of rotated secrets, for confidential clients; null takes it away. */
export async function setRotationPolicy(
  seed: KeycloakSeed,
  graceSeconds: number | null,
): Promise<void> {
  const configuration = {
    "expiration-period": 90 * 86_400,
    "rotated-expiration-period": graceSeconds ?? 0,
    "remaining-rotation-period": 86_400,
  };
  const executors = [{ executor: "secret-rotation", configuration }];
  const condition = { condition: "client-access-type", configuration: { type: ["confidential"] } };
  const policy = {
    name: "secret-rotation",
    enabled: true,
    conditions: [condition],
    profiles: ["secret-rotation"],
  };
  const profiles = [{ name: "secret-rotation", executors }];
  await call(seed, "PUT", "client-policies/profiles", { profiles });
  const policies = graceSeconds === null ? [] : [policy];
  await call(seed, "PUT", "client-policies/policies", { policies });
}

/** A confidential client, its secret at a path of the vault. Gives the version there. */
export async function ensureClientSecret(
  seed: KeycloakSeed,
  { clientId, path }: { clientId: string; path: string },
): Promise<number> {
  const client = await ensureClient(seed, clientId, false);
  return ensureFields(seed.kv, path, { client_secret: await secretOf(seed, client) });
}

async function ensureClient(
  seed: KeycloakSeed,
  clientId: string,
  serviceAccountsEnabled: boolean,
): Promise<Named> {
  const found = await call<Named[]>(seed, "GET", `clients?clientId=${clientId}`);
  if (found[0]) return found[0];
  await call(seed, "POST", "clients", { clientId, publicClient: false, serviceAccountsEnabled });
  return clientNamed(seed, clientId);
}

async function clientNamed(seed: KeycloakSeed, clientId: string): Promise<Named> {
  const [found] = await call<Named[]>(seed, "GET", `clients?clientId=${clientId}`);
  if (!found) throw new Error(`The realm ${seed.realm} has no client ${clientId}.`);
  return found;
}

async function secretOf(seed: KeycloakSeed, { id }: Named): Promise<SecretValue> {
  const answer = await call<{ value: string }>(seed, "GET", `clients/${id}/client-secret`);
  return SecretValue.of(answer.value);
}

/** Writes the fields unless the path holds them already; gives its version. */
async function ensureFields(
  kv: KvV2,
  path: string,
  fields: Record<string, SecretValue>,
): Promise<number> {
  const found = await kv.read(path);
  if (found.kind === "absent") return kv.write(path, fields, 0);
  const isSame =
    found.kind === "found" &&
    Object.entries(fields).every(
      ([name, value]) => found.fields[name]?.reveal() === value.reveal(),
    );
  return isSame ? found.info.version : kv.write(path, fields, found.info.version);
}

async function call<T = unknown>(
  { url, realm, token }: KeycloakSeed,
  method: string,
  path: string,
  body?: unknown,
): Promise<T> {
  const answer = await fetch(`${url}/admin/realms/${realm}/${path}`, {
    method,
    headers: { authorization: `Bearer ${token.reveal()}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`Keycloak answered ${method} ${path} with ${answer.status}`);
  const text = await answer.text();
  return (text ? JSON.parse(text) : null) as T;
}
