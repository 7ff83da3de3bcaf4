import { createHmac, createPublicKey, generateKeyPairSync, type JsonWebKey } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, type JWTPayload, SignJWT } from "jose";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import type { RefusalReason } from "#server/features/identity/service-callers/token-refusal.ts";
import { closeIdentityPools } from "#server/platform/db/identity-pool.ts";
import { closePools } from "#server/platform/db/tenant-transaction.ts";
import { ApiClient } from "#test/fixtures/api-client.ts";
import { ServiceCallers } from "#test/fixtures/service-callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { type ApiServer, startApiServer } from "#test/harness/api-server.ts";

/** A good caller reads this and is told that it does not exist; whoever gets that far was let in. */
const PATH = "/api/v1/deployments/01900000-0000-7000-8000-000000000000";
const TENANT = "acme-shop";
let server: ApiServer;
let callers: ServiceCallers;
/** Somebody nobody listed: what is asked of it. */
let stranger: Server;
let strangerUrl: string;
const asked: string[] = [];

// Every case is several round trips, and the machine may be busy with other things.
vi.setConfig({ testTimeout: 120_000 });

beforeAll(async () => {
  server = await startApiServer();
  process.env.CONSOLE_URL = server.url;
  callers = await ServiceCallers.start({
    tenants: [TENANT, "muscatpharmacy"],
    consoleUrl: server.url,
  });
  stranger = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.end(JSON.stringify({ keys: [] }));
  });
  await new Promise<void>((done) => stranger.listen(0, "127.0.0.1", done));
  strangerUrl = `http://localhost:${(stranger.address() as AddressInfo).port}`;
}, 180_000);
afterAll(async () => {
  await server.stop();
  stranger.close();
  await closePools();
  await closeIdentityPools();
  await callers?.stop();
});
beforeEach(async () => {
  await asSuperuser("DELETE FROM rate_limit");
});

const call = (client: ApiClient) => client.call(fetch, "GET", PATH);
const refusalOf = async (client: ApiClient) => {
  const response = await call(client);
  const body = await response.json();
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  return { status: response.status, ...body, challenge: response.headers.get("www-authenticate") };
};
const withToken = (token: (client: ApiClient) => Promise<string>) =>
  ApiClient.create({ url: server.url, tenant: TENANT, token });

async function expectRefused(client: ApiClient, reason: RefusalReason): Promise<void> {
  expect(await refusalOf(client)).toMatchObject({
    status: 401,
    code: "unauthenticated",
    reason,
    challenge: expect.stringMatching(/^DPoP error="invalid_token", algs="ES256 /),
  });
}

/** What a well-meant token says, for those that are signed otherwise. */
const claims = (client: ApiClient, more: JWTPayload = {}) => ({
  iss: callers.issuerOf(TENANT),
  aud: "runtime-api",
  sub: "service-ci",
  azp: "ci",
  preferred_username: "service-account-ci",
  resource_access: { "runtime-api": { roles: ["deployment-pipeline"] } },
  iat: Math.floor(Date.now() / 1000),
  exp: Math.floor(Date.now() / 1000) + 120,
  cnf: { jkt: client.jkt },
  ...more,
});
const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

test("a token of the realm, with its proof, is let in", async () => {
  const real = await call(await callers.client("good"));
  expect([real.status, (await real.json()).code]).toEqual([404, "not_found"]);
  // What the cases below change is right but for what they change.
  expect((await call(await callers.forged(() => ({})))).status).toBe(404);
});

test("no token at all", async () => {
  const answer = await fetch(server.url + PATH, { headers: { "x-tenant-id": TENANT } });
  expect(answer.status).toBe(401);
  expect(await answer.json()).toMatchObject({ reason: "token_missing" });
  expect(answer.headers.get("www-authenticate")).toMatch(/^DPoP algs="/);
});

test("alg none", async () => {
  for (const alg of ["none", "None", "NONE"]) {
    const token = async (client: ApiClient) =>
      `${encoded({ alg, typ: "JWT" })}.${encoded(claims(client))}.`;
    await expectRefused(await withToken(token), "algorithm_refused");
  }
});

test("HS256 signed with the issuer's public key (key confusion)", async () => {
  const jwk = await callers.realmKey(TENANT);
  const publicKey = createPublicKey({ key: jwk as JsonWebKey, format: "jwk" });
  const asText = publicKey.export({ format: "pem", type: "spki" });
  const header = encoded({ alg: "HS256", kid: jwk.kid, typ: "JWT" });
  for (const secret of [asText, JSON.stringify(publicKey.export({ format: "jwk" })), jwk.n]) {
    const token = async (client: ApiClient) => {
      const body = `${header}.${encoded(claims(client))}`;
      return `${body}.${createHmac("sha256", secret).update(body).digest("base64url")}`;
    };
    await expectRefused(await withToken(token), "algorithm_refused");
  }
});

test("a signature by another key under the issuer's kid", async () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const { kid } = await callers.realmKey(TENANT);
  const token = (client: ApiClient) =>
    new SignJWT(claims(client)).setProtectedHeader({ alg: "RS256", kid }).sign(privateKey);
  await expectRefused(await withToken(token), "signature_invalid");
});

test("claims changed after signing", async () => {
  const token = async (client: ApiClient) => {
    const [head, , signature] = (await callers.mint(claims(client))).split(".");
    const roles = { "runtime-api": { roles: ["sovereign-admin"] } };
    return `${head}.${encoded(claims(client, { resource_access: roles }))}.${signature}`;
  };
  await expectRefused(await withToken(token), "signature_invalid");
});

test("a wrong issuer: another realm of the list than the one that signed", async () => {
  const iss = callers.issuerOf("muscatpharmacy");
  await expectRefused(await callers.forged(() => ({ iss })), "key_unknown");
  const { kid } = await callers.realmKey("muscatpharmacy");
  const client = await callers.forged(() => ({ iss }), { header: { kid } });
  await expectRefused(client, "signature_invalid");
});

test("an unknown issuer, which is never asked for keys", async () => {
  await expectRefused(await callers.forged(() => ({ iss: strangerUrl })), "issuer_unknown");
  // Looks like one of the list to a careless comparison.
  for (const iss of [`${callers.issuerOf(TENANT)}/`, callers.issuerOf(TENANT).toUpperCase()]) {
    await expectRefused(await callers.forged(() => ({ iss })), "issuer_unknown");
  }
  expect(asked).toEqual([]);
});

test("a wrong audience", async () => {
  await expectRefused(await callers.forged(() => ({ aud: "another-api" })), "audience_wrong");
});

test("an expired token", async () => {
  const exp = Math.floor(Date.now() / 1000) - 60;
  await expectRefused(await callers.forged(() => ({ exp })), "token_expired");
});

test("a token that is not valid yet", async () => {
  const nbf = Math.floor(Date.now() / 1000) + 60;
  await expectRefused(await callers.forged(() => ({ nbf })), "token_not_yet_valid");
});

test("a token that says it is bound, and is not", async () => {
  const client = await callers.forged(() => ({ typ: "DPoP", cnf: undefined }));
  await expectRefused(client, "claims_missing");
});

test("a token without an end", async () => {
  await expectRefused(await callers.forged(() => ({ exp: undefined })), "claims_missing");
});

test("an ID token, a refresh token", async () => {
  for (const typ of ["ID", "Refresh"])
    await expectRefused(await callers.forged(() => ({ typ })), "not_an_access_token");
});

test("a token that does not say whose client it is", async () => {
  await expectRefused(await callers.forged(() => ({ azp: undefined })), "client_unknown");
});

test("a token of the console's own client", async () => {
  const client = await callers.forged(() => ({ azp: "sovereign-console" }));
  await expectRefused(client, "console_token");
});

test("another tenant's token answers as for a tenant that does not exist", async () => {
  const theirs = await callers.forged(() => ({ tenants: [TENANT] }), {
    realm: "muscatpharmacy",
    tenant: TENANT,
  });
  const nowhere = await callers.forged(() => ({}), { realm: "muscatpharmacy", tenant: "no-such" });
  const { traceId: _, ...answer } = await refusalOf(theirs);
  const { traceId: __, ...absent } = await refusalOf(nowhere);
  expect(answer).toMatchObject({ status: 404, code: "not_found" });
  expect(answer).toEqual(absent);
});

test("a kid that is a path, a query, another realm's or nobody's", async () => {
  const other = (await callers.realmKey("muscatpharmacy")).kid;
  for (const kid of ["../../../../dev/null", "' OR 1=1 --", `${strangerUrl}/keys`, other, "x"]) {
    await expectRefused(await callers.forged(() => ({}), { header: { kid } }), "key_unknown");
  }
  expect(asked).toEqual([]);
});

test("keys that the token brings itself: jku, x5u, jwk, x5c", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwk = await exportJWK(publicKey);
  for (const header of [
    { jku: `${strangerUrl}/keys` },
    { x5u: `${strangerUrl}/chain.pem` },
    { jwk },
    { x5c: ["MIIB"] },
  ]) {
    const token = (client: ApiClient) =>
      new SignJWT(claims(client))
        .setProtectedHeader({ alg: "RS256", kid: "mine", ...header })
        .sign(privateKey);
    await expectRefused(await withToken(token), "header_refused");
  }
  expect(asked).toEqual([]);
});

test("a crit header that demands what nobody here knows, or takes the encoding away", async () => {
  for (const crit of [
    { crit: ["b64"], b64: false },
    { crit: ["urn:x"], "urn:x": 1 },
  ]) {
    const token = async (client: ApiClient) => {
      const [head = "", ...rest] = (await callers.mint(claims(client))).split(".");
      const header = JSON.parse(Buffer.from(head, "base64url").toString());
      return [encoded({ ...header, ...crit }), ...rest].join(".");
    };
    await expectRefused(await withToken(token), "header_refused");
  }
});

test("what is no JWT", async () => {
  for (const text of ["x", "a.b", "a.b.c", "a.b.c.d.e", `${"a".repeat(6_000)}.b.c`]) {
    await expectRefused(await withToken(async () => text), "token_malformed");
  }
});

test("a scheme that is none of ours, or a token said twice", async () => {
  for (const authorization of ["Basic dTpw", "DPoP", "DPoP a.b.c, DPoP a.b.c"]) {
    const answer = await fetch(server.url + PATH, {
      headers: { authorization, "x-tenant-id": TENANT },
    });
    expect(await answer.json()).toMatchObject({ reason: "token_malformed" });
  }
});

test("guesses are counted by where they come from, and good calls go on", async () => {
  const guess = async () => (await fetch(server.url + PATH)).status;
  expect(await guess()).toBe(401);
  // As if this address had used up its guesses of a minute that does not end.
  await asSuperuser(
    "UPDATE rate_limit SET points = 120, expire = expire + 3600000 WHERE key LIKE 'address:%'",
  );
  expect(await guess()).toBe(429);
  expect((await call(await callers.client("patient"))).status).toBe(404);
});
