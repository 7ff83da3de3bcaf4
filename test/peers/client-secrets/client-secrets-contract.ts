import { afterAll, beforeAll, expect, test } from "vitest";
import { KeycloakClientSecrets } from "#server/integrations/keycloak-admin/client-secrets.ts";
import {
  probeClientSecret,
  proveClientSecretDead,
} from "#server/integrations/keycloak-admin/probe-client-secret.ts";
import { serviceAccountToken } from "#server/integrations/keycloak-admin/service-account-token.ts";
import { SecretValue } from "#server/platform/secret-value.ts";

/** Whoever speaks Keycloak's admin API: the real one, or the development identity provider. */
export interface ClientSecretsPeer {
  url: string;
  realm: string;
  /** Calls the admin API below the realm as an administrator; throws what isn't a success. */
  admin<T = unknown>(method: string, path: string, body?: unknown): Promise<T>;
  stop(): Promise<void>;
}

const GRACE_SECONDS = 600;

/** What rotating client secrets relies on, the same for both. */
export function clientSecretsContract(start: () => Promise<ClientSecretsPeer>): void {
  let peer: ClientSecretsPeer;
  let secrets: KeycloakClientSecrets;

  beforeAll(async () => {
    peer = await start();
    await setPolicy(true);
    await makeServiceAccount();
    secrets = new KeycloakClientSecrets({
      url: peer.url,
      realm: peer.realm,
      token: serviceAccountToken({
        tokenEndpoint: tokenEndpoint(),
        clientId: "console-rotator",
        clientSecret: async () => SecretValue.of("rotator-secret"),
      }),
    });
  });

  afterAll(async () => {
    await peer?.stop();
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
    await peer.admin("PUT", `clients/${id}`, { clientId: "disabled", enabled: false });
    const client = { tokenEndpoint: tokenEndpoint(), clientId: "disabled" };
    expect(await proveClientSecretDead(client, { old, current })).toBe("unknown");
    expect(await secrets.state("nobody")).toBeNull();
    const failed = secrets.rotateFrom("nobody", old);
    await expect(failed).rejects.toMatchObject({ failure: "not_found", changedNothing: true });
  });

  test("an account without the right, another realm and a bad token are told apart", async () => {
    const token = async () => SecretValue.of("nonsense");
    const stranger = new KeycloakClientSecrets({ url: peer.url, realm: peer.realm, token });
    await expect(stranger.state("x")).rejects.toMatchObject({ failure: "permission_denied" });
    await makeClient("powerless", true);
    const { id } = await clientNamed("powerless");
    const { value } = await peer.admin<{ value: string }>("GET", `clients/${id}/client-secret`);
    const powerless = serviceAccountToken({
      tokenEndpoint: tokenEndpoint(),
      clientId: "powerless",
      clientSecret: async () => SecretValue.of(value),
    });
    const weak = new KeycloakClientSecrets({ url: peer.url, realm: peer.realm, token: powerless });
    await expect(weak.state("with-grace")).rejects.toMatchObject({ failure: "permission_denied" });
  });

  function tokenEndpoint(): string {
    return `${peer.url}/realms/${peer.realm}/protocol/openid-connect/token`;
  }

  async function makeClient(
    clientId: string,
    serviceAccountsEnabled = false,
  ): Promise<SecretValue> {
    const secret = `first-${clientId}`;
    const body = { clientId, secret, publicClient: false, serviceAccountsEnabled };
    await peer.admin("POST", `clients`, body);
    return SecretValue.of(secret);
  }

  /** The console's own account: a client that may manage clients and nothing else. */
  async function makeServiceAccount(): Promise<void> {
    const clientId = "console-rotator";
    await peer.admin("POST", `clients`, {
      clientId,
      secret: "rotator-secret",
      publicClient: false,
      serviceAccountsEnabled: true,
    });
    const own = await clientNamed(clientId);
    const management = await clientNamed("realm-management");
    const user = await peer.admin<Named>("GET", `clients/${own.id}/service-account-user`);
    const role = await peer.admin("GET", `clients/${management.id}/roles/manage-clients`);
    const mappings = `users/${user.id}/role-mappings/clients/${management.id}`;
    await peer.admin("POST", mappings, [role]);
  }

  async function clientNamed(clientId: string): Promise<Named> {
    const [found] = await peer.admin<Named[]>("GET", `clients?clientId=${clientId}`);
    if (!found) throw new Error(`no client ${clientId}`);
    return found;
  }

  async function setPolicy(isOn: boolean): Promise<void> {
    const configuration = {
      "expiration-period": 86_400,
      "rotated-expiration-period": GRACE_SECONDS,
      "remaining-rotation-period": 300,
    };
    const profile = {
      name: "rotation",
      executors: [{ executor: "secret-rotation", configuration }],
    };
    const condition = {
      condition: "client-access-type",
      configuration: { type: ["confidential"] },
    };
    const policy = {
      name: "rotation",
      enabled: true,
      conditions: [condition],
      profiles: ["rotation"],
    };
    await peer.admin("PUT", `client-policies/profiles`, { profiles: [profile] });
    await peer.admin("PUT", `client-policies/policies`, { policies: isOn ? [policy] : [] });
  }
}

interface Named {
  id: string;
}
