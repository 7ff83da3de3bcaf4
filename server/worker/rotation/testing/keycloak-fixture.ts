import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ensureClientRotation,
  ensureClientSecret,
  type KeycloakSeed,
} from "#server/embedded/demo/ensure-keycloak-client.ts";
import { startDevIdp } from "#server/embedded/idp/testing/start-dev-idp.ts";
import { bindSecret } from "#server/features/rotation/verbs/bind-secret.ts";
import {
  type ClientSecretProbe,
  probeClientSecret,
} from "#server/integrations/keycloak-admin/probe-client-secret.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { systemCaller } from "#server/platform/system-caller.ts";
import { runVerb } from "#server/platform/verb.ts";
import type { RotationFixture } from "./rotation-fixture.ts";

const REALM = "acme-shop";

export interface KeycloakFixture {
  seed: KeycloakSeed;
  /** Calls the admin API below the realm. */
  admin(method: string, path: string, body?: unknown): Promise<Response>;
  newClient(options?: { graceSeconds?: number; withoutGrace?: boolean }): Promise<BoundClient>;
}

export interface BoundClient {
  bindingId: string;
  clientId: string;
  path: string;
  /** The value that the vault's main path holds, now or at a version. */
  value(version?: number): Promise<SecretValue | null>;
  probe(secret: SecretValue): Promise<ClientSecretProbe>;
}

const made = new WeakMap<RotationFixture, Promise<KeycloakFixture>>();

/** The development identity provider in its own process, one for a fixture. */
export function keycloakOf(fixture: RotationFixture): Promise<KeycloakFixture> {
  const found = made.get(fixture) ?? start(fixture);
  made.set(fixture, found);
  return found;
}

async function start(fixture: RotationFixture): Promise<KeycloakFixture> {
  const folder = mkdtempSync(join(tmpdir(), "rotation-idp-"));
  const idp = await startDevIdp({ folder, consoleUrl: "http://localhost:1" });
  fixture.alsoStop(async () => {
    await idp.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const { kv } = fixture.client;
  const token = SecretValue.of(readFileSync(join(folder, "admin-token"), "utf8"));
  const seed = { url: idp.url, realm: REALM, token, kv };
  const accountPath = `${fixture.tenant}/rotators/keycloak`;
  await ensureClientRotation(seed, { accountPath, graceSeconds: 600 });
  return {
    seed,
    admin: (method, path, body) => idp.admin(method, `${REALM}/${path}`, body),
    async newClient({ graceSeconds = 0, withoutGrace = false } = {}) {
      const clientId = `client-${randomBytes(5).toString("hex")}`;
      const path = `${fixture.tenant}/test/${clientId}`;
      await ensureClientSecret(seed, { clientId, path });
      const { bindingId } = await runVerb(bindSecret, systemCaller(fixture.tenant, "test"), {
        name: clientId,
        class: "oauth-client-secret",
        environment: "test",
        store: "openbao",
        path,
        owner: "tests",
        rotator: {
          kind: "keycloak-client-secret",
          url: idp.url,
          realm: REALM,
          clientId,
          field: "client_secret",
          keep: [],
          accountPath,
          withoutGrace,
        },
        currentVersion: 1,
        graceSeconds,
        lastRotatedAt: new Date(),
      });
      const client = {
        tokenEndpoint: `${idp.url}/realms/${REALM}/protocol/openid-connect/token`,
        clientId,
      };
      return {
        bindingId,
        clientId,
        path,
        async value(version = 0) {
          const found = await kv.read(path, version);
          return found.kind === "found" ? (found.fields.client_secret ?? null) : null;
        },
        probe: (secret) => probeClientSecret(client, secret),
      };
    },
  };
}
