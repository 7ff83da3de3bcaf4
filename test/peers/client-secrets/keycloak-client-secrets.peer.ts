import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  obtainWithSecretRotation,
  SECRET_ROTATION,
} from "../keycloak/obtain-with-secret-rotation.ts";
import { startKeycloak } from "../keycloak/start-keycloak.ts";
import { clientSecretsContract } from "./client-secrets-contract.ts";

/** A new one for each run: the database that an installation starts from may have been written to before. */
const REALM = `rotation-peer-${randomBytes(4).toString("hex")}`;

clientSecretsContract(async () => {
  const installation = await obtainWithSecretRotation();
  const password = await readFile(join(installation.home, "peer-admin.password"), "utf8");
  const keycloak = await startKeycloak(installation, {
    realmFiles: [],
    variables: SECRET_ROTATION,
  });
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${keycloak.url}/admin/realms${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await administratorToken(keycloak.url, password)}`,
        "content-type": "application/json",
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text ? JSON.parse(text) : null) as T;
  };
  await call("POST", "", { realm: REALM, enabled: true });
  return {
    url: keycloak.url,
    realm: REALM,
    admin: (method, path, body) => call(method, `/${REALM}/${path}`, body),
    stop: () => keycloak.stop(),
  };
});

/** Anew for each call: it lives a minute. */
async function administratorToken(url: string, password: string): Promise<string> {
  const signedIn = await fetch(`${url}/realms/master/protocol/openid-connect/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "password",
      client_id: "admin-cli",
      username: "peer-admin",
      password,
    }),
  });
  return ((await signedIn.json()) as { access_token: string }).access_token;
}
