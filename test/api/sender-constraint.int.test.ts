import "reflect-metadata";
import { createHash, randomUUID, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { exportJWK, generateKeyPair, type JWTPayload } from "jose";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { sweepSessions } from "#server/features/identity/index.ts";
import { issueNonce } from "#server/features/identity/service-callers/dpop-nonce.ts";
import { closeIdentityPools } from "#server/platform/db/identity-pool.ts";
import { closePools } from "#server/platform/db/tenant-transaction.ts";
import { MARK_HEADER } from "#server/platform/http/client-certificate.ts";
import { watchClientCertificates } from "#server/platform/http/watch-client-certificates.ts";
import { mintAuthorizedTenant } from "#server/platform/tenancy/authorized-tenant.ts";
import { ApiClient } from "#test/fixtures/api-client.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { ServiceCallers } from "#test/fixtures/service-callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { startApiReplica } from "#test/harness/api-replica.ts";
import { type ApiServer, startApiServer } from "#test/harness/api-server.ts";

/** Whoever gets as far as being told that it does not exist was let in. */
const PATH = "/api/v1/deployments/01900000-0000-7000-8000-000000000000";
const TENANT = "acme-shop";
let here: ApiServer;
let there: ApiServer;
let callers: ServiceCallers;
let client: ApiClient;
let unwatch = () => {};

// Every case is several round trips, and the machine may be busy with other things.
vi.setConfig({ testTimeout: 120_000 });

beforeAll(async () => {
  here = await startApiServer();
  process.env.CONSOLE_URL = here.url;
  callers = await ServiceCallers.start({ tenants: [TENANT], consoleUrl: here.url });
  there = await startApiReplica();
  client = await callers.client("pipeline");
}, 180_000);
afterAll(async () => {
  await here.stop();
  await there?.stop();
  await closePools();
  await closeIdentityPools();
  await callers?.stop();
});
beforeEach(async () => {
  await asSuperuser("DELETE FROM rate_limit");
  // A call that is let in leaves a nonce with the client.
  expect((await client.call(fetch, "GET", PATH)).status).toBe(404);
});
afterEach(() => {
  unwatch();
  vi.restoreAllMocks();
});

async function send(headers: Record<string, string>, url = here.url + PATH) {
  const response = await fetch(url, { headers: { "x-tenant-id": TENANT, ...headers } });
  const { reason, code } = (await response.json()) as { reason?: string; code: string };
  return { status: response.status, code, reason, headers: response.headers };
}
type Parts = { claims?: JWTPayload; header?: Record<string, unknown> };
/** A call that is right but for what is said of its proof. */
async function withProof(parts: Parts, scheme = "DPoP") {
  const token = await client.token();
  const dpop = await client.proof("GET", here.url + PATH, token, parts);
  return send({ authorization: `${scheme} ${token}`, dpop });
}
const REFUSED = { status: 401, code: "unauthenticated" };
const LET_IN = { status: 404, code: "not_found" };

test("the cases below are right but for one thing", async () => {
  expect(await withProof({})).toMatchObject(LET_IN);
  // Case, default port, fragment and query of htu mean nothing (RFC 9449 §4.3).
  const htu = `${here.url.replace("http", "HTTP")}${PATH.replace("deployments", "d%65ployments")}?a=1#b`;
  expect(await withProof({ claims: { htu } })).toMatchObject(LET_IN);
});

test.each<[string, Parts, string]>([
  ["for another method", { claims: { htm: "POST" } }, "proof_method"],
  ["whose method is in lower case", { claims: { htm: "get" } }, "proof_method"],
  ["for another path", { claims: { htu: "/api/v1/deployments" } }, "proof_url"],
  ["for another host", { claims: { htu: `https://evil.example${PATH}` } }, "proof_url"],
  [
    "for another token",
    { claims: { ath: createHash("sha256").update("x").digest("base64url") } },
    "proof_token",
  ],
  ["for no token", { claims: { ath: undefined } }, "proof_claims"],
  ["without a name", { claims: { jti: "" } }, "proof_claims"],
  ["made long ago", { claims: { iat: Math.floor(Date.now() / 1000) - 600 } }, "proof_time"],
  ["made in the future", { claims: { iat: Math.floor(Date.now() / 1000) + 600 } }, "proof_time"],
  ["of another type", { header: { typ: "JWT" } }, "proof_type"],
  ["without a key", { header: { jwk: undefined } }, "proof_key"],
  ["with a symmetric key", { header: { jwk: { kty: "oct", k: "c2VjcmV0" } } }, "proof_key_private"],
  ["with a key of no known kind", { header: { jwk: { kty: "XYZ" } } }, "proof_key"],
  [
    "with a key that is none",
    { header: { jwk: { kty: "EC", crv: "P-256", x: "AA", y: "AA" } } },
    "proof_key",
  ],
])("a proof %s", async (_, parts, reason) => {
  const refused = await withProof(parts);
  expect(refused).toMatchObject({ ...REFUSED, reason });
  expect(refused.headers.get("www-authenticate")).toMatch(
    /^DPoP error="invalid_dpop_proof", algs=/,
  );
});

test("a proof with the private key in its header", async () => {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  const jwk = await exportJWK(privateKey);
  expect(await withProof({ header: { jwk } })).toMatchObject({
    ...REFUSED,
    reason: "proof_key_private",
  });
});

test("a proof under a symmetric algorithm or none", async () => {
  const token = await client.token();
  const good = await client.proof("GET", here.url + PATH, token);
  for (const alg of ["HS256", "none"]) {
    const [, payload, signature] = good.split(".");
    const header = { typ: "dpop+jwt", alg, jwk: client.jwk };
    const dpop = `${Buffer.from(JSON.stringify(header)).toString("base64url")}.${payload}.${signature}`;
    const refused = await send({ authorization: `DPoP ${token}`, dpop });
    expect(refused).toMatchObject({ ...REFUSED, reason: "proof_algorithm" });
  }
});

test("a proof whose signature does not hold, two proofs, none", async () => {
  const token = await client.token();
  const authorization = `DPoP ${token}`;
  const [one, two] = [
    await client.proof("GET", here.url + PATH, token),
    await client.proof("GET", here.url + PATH, token),
  ];
  const mixed = [...one.split(".").slice(0, 2), two.split(".")[2]].join(".");
  expect(await send({ authorization, dpop: mixed })).toMatchObject({ reason: "proof_signature" });
  const both = await send({ authorization, dpop: `${one}, ${two}` });
  expect(both).toMatchObject({ ...REFUSED, reason: "proof_malformed" });
  expect(await send({ authorization })).toMatchObject({ ...REFUSED, reason: "proof_missing" });
});

test("another key than the token's: a stolen token, with a proof by the thief; it is in the log", async () => {
  const robbed = await callers.client("robbed");
  const thief = await ApiClient.create({
    url: here.url,
    tenant: TENANT,
    token: () => robbed.token(),
  });
  const response = await thief.call(fetch, "GET", PATH);
  expect(await response.json()).toMatchObject({ reason: "proof_key_mismatch" });
  expect(await eventsOf(mintAuthorizedTenant(TENANT))).toContainEqual(
    expect.objectContaining({
      type: "runtime.access.denied",
      actorKind: "service",
      payload: expect.objectContaining({ cause: "sender", reason: "proof_key_mismatch" }),
    }),
  );
});

test("a bound token sent as Bearer; an unbound one, by either scheme", async () => {
  expect(await withProof({}, "Bearer")).toMatchObject({ ...REFUSED, reason: "scheme_wrong" });
  const unbound = await callers.mint({});
  const plain = await send({ authorization: `Bearer ${unbound}` });
  expect(plain).toMatchObject({ ...REFUSED, reason: "constraint_missing" });
  const dpop = await client.proof("GET", here.url + PATH, unbound);
  const claimed = await send({ authorization: `DPoP ${unbound}`, dpop });
  expect(claimed).toMatchObject({ ...REFUSED, reason: "scheme_wrong" });
});

test("a nonce that is missing, old, early or made up is answered with a new one, good on every replica", async () => {
  const now = Date.now();
  const nonces = [
    undefined,
    issueNonce(new Date(now - 400_000)),
    issueNonce(new Date(now + 400_000)),
    `${issueNonce(new Date(now)).slice(0, -4)}AAAA`,
    "x",
  ];
  for (const nonce of nonces) {
    const challenged = await withProof({ claims: { nonce } });
    expect(challenged).toMatchObject({ ...REFUSED, reason: "proof_nonce" });
    expect(challenged.headers.get("www-authenticate")).toContain('error="use_dpop_nonce"');
    const given = challenged.headers.get("dpop-nonce") ?? "";
    const token = await client.token();
    const dpop = await client.proof("GET", here.url + PATH, token, { claims: { nonce: given } });
    expect(await send({ authorization: `DPoP ${token}`, dpop }, there.url + PATH)).toMatchObject(
      LET_IN,
    );
  }
});

test("a nonce past half of its life brings the next one with the answer", async () => {
  const aging = await withProof({ claims: { nonce: issueNonce(new Date(Date.now() - 200_000)) } });
  expect(aging).toMatchObject(LET_IN);
  const next = aging.headers.get("dpop-nonce") ?? "";
  const fresh = await withProof({ claims: { nonce: next } });
  expect(fresh).toMatchObject(LET_IN);
  expect(fresh.headers.get("dpop-nonce")).toBeNull();
});

test("a proof counts once, whichever replica it is shown to", async () => {
  const token = await client.token();
  const authorization = `DPoP ${token}`;
  const proof = () => client.proof("GET", here.url + PATH, token);
  const first = await proof();
  expect(await send({ authorization, dpop: first })).toMatchObject(LET_IN);
  for (const replica of [here, there]) {
    const again = await send({ authorization, dpop: first }, replica.url + PATH);
    expect(again).toMatchObject({ ...REFUSED, reason: "proof_replayed" });
  }
  const second = await proof();
  const all = await Promise.all(
    Array.from({ length: 30 }, (_, index) =>
      send({ authorization, dpop: second }, (index % 2 ? here : there).url + PATH),
    ),
  );
  expect(all.filter(({ status }) => status === 404)).toHaveLength(1);
  expect(all.filter(({ reason }) => reason === "proof_replayed")).toHaveLength(29);
});

test("what a proof was named is kept as a digest only, and swept when it can't be used any more", async () => {
  const jti = randomUUID();
  expect(await withProof({ claims: { jti } })).toMatchObject(LET_IN);
  const rows = () => asSuperuser<{ row: string }>("SELECT p::text AS row FROM dpop_proof_seen p");
  expect((await rows()).length).toBeGreaterThan(0);
  expect(JSON.stringify(await rows())).not.toContain(jti);
  await asSuperuser("UPDATE dpop_proof_seen SET expires_at = clock_timestamp()");
  await sweepSessions();
  expect(await rows()).toEqual([]);
});

test("the token endpoint gives a bound client no token without a proof", async () => {
  const { secret } = await callers.register("forgetful");
  const response = await fetch(`${callers.issuerOf(TENANT)}/protocol/openid-connect/token`, {
    method: "POST",
    headers: { authorization: `Basic ${Buffer.from(`forgetful:${secret}`).toString("base64")}` },
    body: new URLSearchParams({ grant_type: "client_credentials" }),
  });
  expect(response.status).toBe(400);
  expect(await response.json()).not.toHaveProperty("access_token");
});

x509.cryptoProvider.set(webcrypto as Crypto);
async function certificate(name: string): Promise<x509.X509Certificate> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  return x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys: keys as CryptoKeyPair,
    signingAlgorithm: algorithm,
  });
}

test("a token bound to a certificate, which only a trusted proxy's header can show", async () => {
  const [ours, other] = [await certificate("ci"), await certificate("another")];
  const thumbprint = createHash("sha256").update(Buffer.from(ours.rawData)).digest("base64url");
  const token = await callers.mint({ cnf: { "x5t#S256": thumbprint } });
  const authorization = `Bearer ${token}`;
  const shown = (of: x509.X509Certificate) => `:${Buffer.from(of.rawData).toString("base64")}:`;
  const missing = { ...REFUSED, reason: "certificate_missing" };

  // Nobody watches, or not the one who sends: the header says nothing.
  expect(await send({ authorization, "client-cert": shown(ours) })).toMatchObject(missing);
  unwatch = watchClientCertificates({ proxies: ["192.0.2.0/24"], header: "Client-Cert" });
  expect(await send({ authorization, "client-cert": shown(ours) })).toMatchObject(missing);
  expect(await send({ authorization, [MARK_HEADER]: `x ${thumbprint}` })).toMatchObject(missing);
  unwatch();

  unwatch = watchClientCertificates({ proxies: ["127.0.0.0/8", "::1"], header: "Client-Cert" });
  expect(await send({ authorization, "client-cert": shown(ours) })).toMatchObject(LET_IN);
  const pem = encodeURIComponent(ours.toString("pem"));
  expect(await send({ authorization, "client-cert": pem })).toMatchObject(LET_IN);
  expect(await send({ authorization })).toMatchObject(missing);
  expect(await send({ authorization, [MARK_HEADER]: `x ${thumbprint}` })).toMatchObject(missing);
  expect(await send({ authorization, "client-cert": "garbage" })).toMatchObject(missing);
  const twice = `${shown(ours)}, ${shown(ours)}`;
  expect(await send({ authorization, "client-cert": twice })).toMatchObject(missing);
  expect(await send({ authorization, "client-cert": shown(other) })).toMatchObject({
    ...REFUSED,
    reason: "certificate_mismatch",
  });

  // Bound by both: the certificate alone is not enough.
  const both = await callers.mint({ cnf: { "x5t#S256": thumbprint, jkt: client.jkt } });
  const half = await send({ authorization: `Bearer ${both}`, "client-cert": shown(ours) });
  expect(half).toMatchObject({ ...REFUSED, reason: "scheme_wrong" });
  const dpop = await client.proof("GET", here.url + PATH, both);
  const whole = { authorization: `DPoP ${both}`, dpop };
  expect(await send(whole)).toMatchObject(missing);
  expect(await send({ ...whole, "client-cert": shown(ours) })).toMatchObject({ reason: undefined });
});

/** A change that gets as far as its verb is told that there is no such request. */
const change = (by: ApiClient) =>
  by.call(fetch, "POST", `${PATH}/outcome`, { body: { outcome: "failed" } });
const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code;

test("before a change the roles are read at the issuer, and held for less than a minute", async () => {
  const demoted = await callers.client("demoted");
  await demoted.token();
  await callers.changeRoles("DELETE", "demoted", ["deployment-pipeline"]);
  // Reads go by the token; a change does not.
  expect(await codeOf(await demoted.call(fetch, "GET", PATH))).toBe("not_found");
  expect(await codeOf(await change(demoted))).toBe("forbidden");

  const later = await callers.client("later");
  expect(await codeOf(await change(later))).toBe("not_found");
  await callers.setEnabled("later", false);
  const begun = performance.now();
  vi.spyOn(performance, "now").mockReturnValue(begun + 59_000);
  const refused = await (await change(later)).json();
  expect(refused).toMatchObject({ code: "unauthenticated", reason: "token_inactive" });
});

test("a role that was given since needs a new token", async () => {
  const promoted = await callers.client("promoted", { roles: ["compliance"] });
  await promoted.token();
  await callers.changeRoles("POST", "promoted", ["deployment-pipeline"]);
  expect(await codeOf(await change(promoted))).toBe("forbidden");
  promoted.forgetToken();
  expect(await codeOf(await change(promoted))).toBe("not_found");
});

test("an issuer that can't be asked denies every change", async () => {
  const known = await callers.client("known");
  const unknown = await callers.client("unknown");
  await Promise.all([known.token(), unknown.token()]);
  expect(await codeOf(await change(known))).toBe("not_found");
  await callers.idp.stop();
  const denied = await change(unknown);
  expect([denied.status, await codeOf(denied)]).toEqual([503, "unavailable"]);
  const begun = performance.now();
  vi.spyOn(performance, "now").mockReturnValue(begun + 59_000);
  expect(await codeOf(await change(known))).toBe("unavailable");
});
