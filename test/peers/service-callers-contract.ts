import { createRemoteJWKSet, decodeJwt, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { introspect } from "#server/integrations/keycloak/introspect.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import type { ApiClient } from "#test/fixtures/api-client.ts";
import { type RealmAdmin, RealmClients } from "#test/fixtures/realm-clients.ts";

export interface ServiceCallersPeer extends RealmAdmin {
  consoleSecret: string;
  /** Lets a client ask for a scope of ours, where that takes an operator. */
  allowScope?(clientId: string, scope: string): Promise<void>;
  stop(): Promise<void>;
}

const REALM = "acme-shop";
const CONSOLE_URL = "http://localhost:3000";

/** What the console relies on for tokens of pipelines: bound by DPoP, and asked about before a change. */
export function serviceCallersContract(
  name: string,
  start: () => Promise<ServiceCallersPeer>,
): void {
  describe(`${name} keeps the contract of service callers`, () => {
    let peer: ServiceCallersPeer;
    let clients: RealmClients;
    let client: ApiClient;
    let issuer: string;

    beforeAll(async () => {
      peer = await start();
      clients = new RealmClients(peer, CONSOLE_URL);
      issuer = clients.issuerOf(REALM);
      client = await clients.client("peer-pipeline");
    });
    afterAll(async () => {
      await peer?.stop();
    });

    const said = async (of: ApiClient) =>
      introspect({
        issuer,
        clientId: "sovereign-console",
        clientSecret: SecretValue.of(peer.consoleSecret),
        token: await of.token(),
      });
    const roles = { "runtime-api": { roles: ["deployment-pipeline"] } };

    test("it promises DPoP and introspection at Keycloak's path", async () => {
      const metadata = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
      expect(metadata.introspection_endpoint).toBe(
        `${issuer}/protocol/openid-connect/token/introspect`,
      );
      expect(metadata.dpop_signing_alg_values_supported).toContain("ES256");
    });

    test("a client's token is bound to its key and names client, audience, account and roles", async () => {
      const keys = createRemoteJWKSet(new URL(`${issuer}/protocol/openid-connect/certs`));
      const { payload } = await jwtVerify(await client.token(), keys, {
        issuer,
        audience: "runtime-api",
        algorithms: ["RS256"],
      });
      expect(payload).toMatchObject({
        cnf: { jkt: client.jkt },
        azp: "peer-pipeline",
        preferred_username: "service-account-peer-pipeline",
        resource_access: roles,
        typ: "DPoP",
      });
      // Keycloak adds `account`, of which every account has roles.
      const audience = [payload.aud].flat();
      expect(audience).toEqual(expect.arrayContaining(["runtime-api", "sovereign-console"]));
    });

    test("a client whose tokens are bound gets none without a proof, or with another's", async () => {
      const { secret } = await clients.register("peer-forgetful");
      const endpoint = `${issuer}/protocol/openid-connect/token`;
      const ask = async (dpop?: string) => {
        const response = await fetch(endpoint, {
          method: "POST",
          headers: {
            authorization: `Basic ${Buffer.from(`peer-forgetful:${secret}`).toString("base64")}`,
            ...(dpop ? { dpop } : {}),
          },
          body: new URLSearchParams({ grant_type: "client_credentials" }),
        });
        expect(await response.json()).not.toHaveProperty("access_token");
        return response.status;
      };
      expect(await ask()).toBe(400);
      expect(await ask(await client.proof("POST", `${endpoint}/elsewhere`))).toBe(400);
      expect(await ask(await client.proof("GET", endpoint))).toBe(400);
    });

    test("introspection tells the roles of now, and that the token is bound", async () => {
      expect(await said(client)).toMatchObject({
        active: true,
        sub: decodeJwt(await client.token()).sub,
        cnf: { jkt: client.jkt },
        resource_access: roles,
      });
      await clients.changeRoles("POST", "peer-pipeline", ["compliance"], REALM);
      await clients.changeRoles("DELETE", "peer-pipeline", ["deployment-pipeline"], REALM);
      expect(await said(client)).toMatchObject({
        resource_access: { "runtime-api": { roles: ["compliance"] } },
      });
      await clients.changeRoles("POST", "peer-pipeline", ["deployment-pipeline"], REALM);
    });

    test("a client that is disabled has no active token", async () => {
      const ended = await clients.client("peer-ended");
      expect(await said(ended)).not.toBeNull();
      await clients.setEnabled("peer-ended", false);
      expect(await said(ended)).toBeNull();
    });

    test("a token that is not for the console is not told about", async () => {
      const token = await client.token();
      const { secret } = await clients.register("peer-stranger");
      const asked = { issuer, clientId: "peer-stranger", token };
      expect(await introspect({ ...asked, clientSecret: SecretValue.of(secret) })).toBeNull();
      const wrong = introspect({ ...asked, clientSecret: SecretValue.of("wrong") });
      await expect(wrong).rejects.toMatchObject({ code: "unavailable" });
    });

    test("a token may be asked for with fewer scopes than its roles give", async () => {
      const { secret } = await clients.register("peer-narrow");
      await peer.allowScope?.("peer-narrow", "runtime.deployments.read");
      const endpoint = `${issuer}/protocol/openid-connect/token`;
      const response = await fetch(endpoint, {
        method: "POST",
        headers: {
          authorization: `Basic ${Buffer.from(`peer-narrow:${secret}`).toString("base64")}`,
          dpop: await client.proof("POST", endpoint),
        },
        body: new URLSearchParams({
          grant_type: "client_credentials",
          scope: "runtime.deployments.read",
        }),
      });
      const { access_token: token } = (await response.json()) as { access_token: string };
      expect(String(decodeJwt(token).scope).split(" ")).toContain("runtime.deployments.read");
    });
  });
}
