import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LoginMethod, logIn } from "#server/integrations/openbao/login.ts";
import { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { tokenSource } from "#server/integrations/openbao/token-source.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { type VaultCalls, vaultCalls } from "./vault-calls.ts";

const ISSUER = "https://issuer.example";

describe("login", () => {
  let vault: VaultCalls;
  let key: KeyObject;
  let mount: string;

  beforeAll(async () => {
    vault = await vaultCalls();
    const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
    key = pair.privateKey;
    mount = await vault.enableAuth("jwt");
    const publicKey = pair.publicKey.export({ type: "spki", format: "pem" });
    await vault.raw("PUT", "sys/policies/acl/contract-login", {
      policy: 'path "sys/mounts" { capabilities = ["read"] }',
    });
    const configured = await vault.raw("POST", `auth/${mount}/config`, {
      jwt_validation_pubkeys: [publicKey],
      bound_issuer: ISSUER,
    });
    expect(configured.status).toBe(204);
    const role = await vault.raw("POST", `auth/${mount}/role/console`, {
      role_type: "jwt",
      bound_audiences: ["openbao"],
      user_claim: "sub",
      bound_claims: { tenant: "omantel" },
      token_policies: ["contract-login"],
      token_ttl: "10m",
    });
    expect(role.status).toBe(204);
  });

  afterAll(async () => vault?.stop());

  test("a JWT of the right issuer, audience and claims becomes a short token", async () => {
    const login = await logIn(options(), jwtLogin({}));
    expect(login).toMatchObject({ ttlSeconds: 600 });
    expect(login.policies).toEqual(["contract-login", "default"]);
    expect(JSON.stringify(login)).not.toContain(login.token.reveal());
    const client = vault.clientWith(login.token.reveal());
    expect((await client.system.mounts()).length).toBeGreaterThan(0);
    expect((await client.lookupSelf()).ttlSeconds).toBeGreaterThan(500);
    await client.revokeSelf();
    await expect(client.lookupSelf()).rejects.toMatchObject({ failure: "permission_denied" });
  });

  test.each([
    ["another audience", { audience: "other" }],
    ["another claim", { tenant: "acme" }],
    ["another issuer", { issuer: "https://evil.example" }],
    ["an expired one", { expires: "-10m" }],
  ])("%s is refused, and the JWT is in no error", async (_, change) => {
    const method = jwtLogin(change);
    const jwt = (await method.jwt()).reveal();
    const error = await logIn(options(), { ...method, jwt: async () => SecretValue.of(jwt) }).catch(
      (e) => e,
    );
    expect(["invalid", "permission_denied"]).toContain(error.failure);
    expect(error.changedNothing).toBe(true);
    expect(`${error.stack}${JSON.stringify(error)}`).not.toContain(jwt.split(".")[2]);
  });

  test("a signature by another key is refused, so is an unknown role and an unknown mount", async () => {
    const other = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    const refused = { changedNothing: true };
    await expect(logIn(options(), jwtLogin({ by: other }))).rejects.toMatchObject(refused);
    const noRole = { ...jwtLogin({}), role: "nobody" };
    await expect(logIn(options(), noRole)).rejects.toMatchObject(refused);
    const noMount = { ...jwtLogin({}), mount: "nowhere" };
    await expect(logIn(options(), noMount)).rejects.toMatchObject({
      changedNothing: true,
    });
  });

  test("a client can hold a login instead of a token", async () => {
    let logins = 0;
    const token = tokenSource(() => {
      logins += 1;
      return logIn(options(), jwtLogin({}));
    });
    const client = new OpenBaoClient({ address: vault.peer.address, token });
    await Promise.all([client.system.mounts(), client.lookupSelf(), client.system.mounts()]);
    expect(logins).toBe(1);
    await client.close();
  });

  test("a service account's token is asked of Kubernetes, and only the bound account comes in", async () => {
    const cluster = await fakeCluster({ good: ["console", "sovereign"], other: ["x", "y"] });
    try {
      const path = await vault.enableAuth("kubernetes");
      const configured = await vault.raw("POST", `auth/${path}/config`, {
        kubernetes_host: cluster.url,
        token_reviewer_jwt: "reviewer",
        disable_local_ca_jwt: true,
        kubernetes_ca_cert: CA_OF_NOBODY,
      });
      expect(configured.status).toBe(204);
      const role = await vault.raw("POST", `auth/${path}/role/console`, {
        bound_service_account_names: ["console"],
        bound_service_account_namespaces: ["sovereign"],
        token_policies: ["contract-login"],
        token_ttl: "10m",
      });
      expect([200, 204]).toContain(role.status);
      const method = (account: string): LoginMethod => ({
        kind: "kubernetes",
        role: "console",
        mount: path,
        jwt: () => serviceAccountToken(account),
      });
      const login = await logIn(options(), method("good"));
      expect(login.policies).toEqual(["contract-login", "default"]);
      const denied = { failure: "permission_denied", changedNothing: true };
      await expect(logIn(options(), method("other"))).rejects.toMatchObject(denied);
      await expect(logIn(options(), method("nobody"))).rejects.toMatchObject(denied);
      expect(cluster.reviewers).toContain("Bearer reviewer");
    } finally {
      await cluster.stop();
    }
  });

  function options() {
    return { address: vault.peer.address, maxAttempts: 1 };
  }

  function jwtLogin(change: {
    audience?: string;
    tenant?: string;
    issuer?: string;
    expires?: string;
    by?: KeyObject;
  }) {
    const jwt = async () =>
      SecretValue.of(
        await new SignJWT({ tenant: change.tenant ?? "omantel" })
          .setProtectedHeader({ alg: "ES256" })
          .setIssuer(change.issuer ?? ISSUER)
          .setAudience(change.audience ?? "openbao")
          .setSubject("console")
          .setIssuedAt("-20m")
          .setExpirationTime(change.expires ?? "5m")
          .sign(change.by ?? key),
      );
    return { kind: "jwt", role: "console", mount, jwt } as const;
  }

  /** OpenBao looks into the token before it asks the cluster, but leaves the signature to it. */
  async function serviceAccountToken(account: string): Promise<SecretValue> {
    const names: Record<string, [string, string]> = {
      good: ["console", "sovereign"],
      other: ["x", "y"],
      nobody: ["console", "sovereign"],
    };
    const [name = "", namespace = ""] = names[account] ?? [];
    const claims = {
      account,
      "kubernetes.io": { namespace, serviceaccount: { name, uid: `uid-${name}` } },
    };
    const jwt = await new SignJWT(claims)
      .setProtectedHeader({ alg: "ES256" })
      .setIssuer("https://kubernetes.default.svc")
      .setAudience(["https://kubernetes.default.svc"])
      .setSubject(`system:serviceaccount:${namespace}:${name}`)
      .setIssuedAt("-1m")
      .setNotBefore("-1m")
      .setExpirationTime("5m")
      .sign(key);
    return SecretValue.of(jwt);
  }
});

/** A Kubernetes API that knows TokenReview alone. Accounts are found by a claim of the token. */
async function fakeCluster(accounts: Record<string, [string, string]>) {
  const reviewers: string[] = [];
  const server: Server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    reviewers.push(request.headers.authorization ?? "");
    const { spec } = JSON.parse(text) as { spec: { token: string; audiences?: string[] } };
    const claims = JSON.parse(Buffer.from(spec.token.split(".")[1] ?? "", "base64url").toString());
    const found = accounts[claims.account];
    const user = found && {
      username: `system:serviceaccount:${found[1]}:${found[0]}`,
      uid: `uid-${found[0]}`,
      groups: ["system:serviceaccounts", "system:authenticated"],
    };
    const status = found
      ? { authenticated: true, user, audiences: spec.audiences }
      : { authenticated: false };
    response.writeHead(201, { "content-type": "application/json" });
    response.end(
      JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", status }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    reviewers,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

/** OpenBao wants an authority in PEM even for plain HTTP; this one signs nothing. */
const CA_OF_NOBODY = `-----BEGIN CERTIFICATE-----
MIIBejCCAR+gAwIBAgIUQrBREWSgVOpRvtaaZgK/LpYVJEAwCgYIKoZIzj0EAwIw
ETEPMA0GA1UEAwwGbm9ib2R5MCAXDTI2MTEyMjA1Mjc0OFoYDzIxMjYxMDI5MDUy
NzQ4WjARMQ8wDQYDVQQDDAZub2JvZHkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AAR7PLFw+iTlvBNtOGeNt4MkXX7Ko1U0OXW/FnlOZ0lz/+2SYb/0HxCiHM56gZbc
Q4YgQ8DFW/Z6QSeOFz0ewx3Ho1MwUTAdBgNVHQ4EFgQU9SI2B5yEpICo/tXds4IC
FQS1xRwwHwYDVR0jBBgwFoAU9SI2B5yEpICo/tXds4ICFQS1xRwwDwYDVR0TAQH/
BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEA8dIGmTgAlJeulF+fFvnuDLLKQYnj
3n1DiQIfJWzmku4CIQDnqaLnfDkmHVCYsLiSLJOOEe7Jk8HaFCvP+Zq1IwVxeA==
-----END CERTIFICATE-----`;
