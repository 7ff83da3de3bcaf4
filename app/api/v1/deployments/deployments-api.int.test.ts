import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { importJWK, type JWTPayload, SignJWT } from "jose";
import { uuidv7 } from "uuidv7";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type DevIdp, startDevIdp } from "#server/embedded/idp/testing/start-dev-idp.ts";
import {
  admin,
  demand,
  image,
  requestInput,
  review,
  tend,
} from "#server/features/deployments/testing/deployment-fixture.ts";
import { insertSession } from "#server/features/identity/session-rows.ts";
import { type Role, scopesOfRoles } from "#server/platform/authz/scopes.ts";
import { closeIdentityPools } from "#server/platform/db/identity-pool.ts";
import { closePools } from "#server/platform/db/tenant-transaction.ts";
import { mintAuthorizedTenant } from "#server/platform/tenancy/authorized-tenant.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { POST as attachTo } from "./[id]/attachments/route.ts";
import { POST as claimOne } from "./[id]/claim/route.ts";
import { GET as streamOne } from "./[id]/events/route.ts";
import { POST as reportOne } from "./[id]/outcome/route.ts";
import { GET as getOne } from "./[id]/route.ts";
import { POST as request } from "./route.ts";

const TENANT = "acme-shop";
const tenant = mintAuthorizedTenant(TENANT);
let idp: DevIdp;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "deployments-api-"));
  idp = await startDevIdp({ folder, consoleUrl: "http://localhost:3000" });
  process.env.IDENTITY_CONFIG = idp.identityFile;
  for (const name of [TENANT, "muscatpharmacy"])
    await asSuperuser(
      "INSERT INTO tenant (tenant_id, kind, display_name) VALUES ($1, 'organization', $1) ON CONFLICT DO NOTHING",
      [name],
    );
  await demand(tenant);
}, 60_000);
afterAll(async () => {
  await closePools();
  await closeIdentityPools();
  await idp?.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  await asSuperuser("DELETE FROM rate_limit");
});

async function token(claims: JWTPayload = {}, realm = TENANT): Promise<string> {
  const jwk = JSON.parse(await readFile(join(folder, `${realm}.key.json`), "utf8"));
  return new SignJWT({
    iss: `${idp.url}/realms/${realm}`,
    aud: "runtime-api",
    sub: "service-ci",
    azp: "ci",
    preferred_username: "service-account-ci",
    resource_access: { "runtime-api": { roles: ["deployment-pipeline"] } },
    ...claims,
  })
    .setProtectedHeader({ alg: "RS256", kid: jwk.kid, typ: "JWT" })
    .setIssuedAt()
    .setExpirationTime(claims.exp ?? "2m")
    .sign(await importJWK(jwk, "RS256"));
}

async function call(
  handler: (request: Request, context: { params: Promise<{ id: string }> }) => Promise<Response>,
  options: { id?: string; body?: unknown; headers?: Record<string, string>; query?: string } = {},
) {
  const { id = "", body, headers = {}, query = "" } = options;
  const sent = new Request(`http://localhost:3000/api/v1/deployments/${id}${query}`, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      authorization: `Bearer ${await token()}`,
      "x-tenant-id": TENANT,
      "content-type": "application/json",
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const response = await handler(sent, { params: Promise.resolve({ id }) });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text ? JSON.parse(text) : null,
  };
}

/** An approver of this issuer, signed in, whose roles are fresh. */
async function signedInAdmin(name: string, roles: Role[] = ["sovereign-admin"]) {
  const issuer = `${idp.url}/realms/${TENANT}`;
  const sessionId = uuidv7();
  await insertSession({
    sessionId,
    realm: TENANT,
    issuer,
    sid: null,
    acr: null,
    authTimeSeconds: 1_700_000_000,
    grants: {
      subject: name,
      displayName: name,
      isDemo: false,
      tenants: [TENANT],
      roles,
      scopes: scopesOfRoles(roles),
    },
    accessToken: "a",
    refreshToken: "r",
    idToken: "i",
    accessExpiresInSeconds: 900,
  });
  const actor = { ...admin(tenant, name).actor, issuer } as ReturnType<typeof admin>["actor"];
  return { ...admin(tenant, name), actor };
}

let number = 0;
const input = () =>
  requestInput({ service: `service-${++number}`, images: [image("checkout", "1")] });

test("a pipeline attaches what it has built, byte by byte", async () => {
  const { deploymentId: id } = (await call(request, { body: input() })).body;
  const body = { Payload: "e30=", Base64Signature: "AA==" };
  const digest = createHash("sha256").update(JSON.stringify(body)).digest("hex");
  const attach = (kind: string, what: unknown = body) =>
    call(attachTo, { id, body: what, query: `/attachments?kind=${kind}` });
  expect(await attach("attestation")).toMatchObject({
    status: 201,
    body: { digest, outcome: "attached" },
  });
  expect(await attach("attestation")).toMatchObject({
    status: 200,
    body: { outcome: "unchanged" },
  });
  expect((await attach("picture")).body).toMatchObject({ status: 400, field: "kind" });
  expect((await attach("sbom")).body).toMatchObject({ status: 400, field: "body" });
  const large = await attach("attestation", "x".repeat(256 * 1024));
  expect(large.body.detail).toBe("The request is larger than 256 KiB.");
});

test("a pipeline asks, waits, claims once and reports; what runs is written", async () => {
  const asked = await call(request, {
    body: input(),
    headers: { "idempotency-key": "run-4711-a" },
  });
  expect(asked.status).toBe(201);
  const { deploymentId: id, subjectDigest } = asked.body;
  expect(asked.headers.get("location")).toBe(`/api/v1/deployments/${id}`);
  await tend(tenant, id);
  const blocked = await call(claimOne, { id, body: { subjectDigest } });
  expect(blocked).toMatchObject({
    status: 409,
    body: {
      type: "urn:sovereign-console:problem:conflict",
      status: 409,
      detail: "Blocked because: approvals are missing.",
      blockers: [{ code: "forbid-deploy-approvals-missing" }],
    },
  });
  expect(blocked.headers.get("content-type")).toBe("application/problem+json");

  // The pipeline's human is unknown: two admins instead of one.
  const waiting = call(getOne, { id, query: "?wait=30" });
  for (const name of ["a", "b"])
    await review(await signedInAdmin(name), { deploymentId: id, subjectDigest });
  expect((await waiting).body).toMatchObject({
    state: "approved",
    blockers: [],
    missingApprovals: 0,
  });

  const headers = { "idempotency-key": "run-4711-claim" };
  const claimed = await call(claimOne, { id, body: { subjectDigest }, headers });
  expect(claimed).toMatchObject({ status: 200, body: { outcome: "claimed", state: "executing" } });
  expect((await call(claimOne, { id, body: { subjectDigest }, headers })).body).toEqual(
    claimed.body,
  );
  expect((await call(claimOne, { id, body: { subjectDigest } })).status).toBe(409);
  const done = await call(reportOne, { id, body: { outcome: "succeeded", note: "40 s" } });
  expect(done).toMatchObject({ status: 200, body: { state: "succeeded" } });
  const [runs] = await asSuperuser("SELECT * FROM runtime_deployment WHERE deployment_id = $1", [
    id,
  ]);
  expect(runs).toMatchObject({ environment: "prod", revision: 1 });
}, 60_000);

test("an approver who signed out in the meantime does not count", async () => {
  const { body } = await call(request, { body: input() });
  const { deploymentId: id, subjectDigest } = body;
  await tend(tenant, id);
  for (const name of ["c", "d"])
    await review(await signedInAdmin(name), { deploymentId: id, subjectDigest });
  await asSuperuser("UPDATE session SET ended_at = clock_timestamp() WHERE subject = 'd'");
  const blocked = await call(claimOne, { id, body: { subjectDigest } });
  expect(blocked.body.blockers).toMatchObject([{ code: "forbid-deploy-approvals-missing" }]);
});

test("the same key is the same request; the same key for another one is a conflict", async () => {
  const body = input();
  const headers = { "idempotency-key": "run-4712-a" };
  const first = await call(request, { body, headers });
  expect((await call(request, { body, headers })).body.deploymentId).toBe(first.body.deploymentId);
  const other = await call(request, { body: input(), headers });
  expect(other).toMatchObject({ status: 409, body: { field: "Idempotency-Key" } });
});

test("nothing new is 304, and a stream tells each change up to the end", async () => {
  const { body } = await call(request, { body: input() });
  const { deploymentId: id, subjectDigest } = body;
  await tend(tenant, id);
  const known = (await call(getOne, { id })).headers.get("etag") ?? "";
  expect((await call(getOne, { id, headers: { "if-none-match": known } })).status).toBe(304);
  const sent = new Request(`http://localhost:3000/api/v1/deployments/${id}/events`, {
    headers: { authorization: `Bearer ${await token()}`, "x-tenant-id": TENANT },
  });
  const stream = await streamOne(sent, { params: Promise.resolve({ id }) });
  expect(stream.headers.get("content-type")).toMatch(/^text\/event-stream/);
  const reader = stream.body?.getReader();
  const first = new TextDecoder().decode((await reader?.read())?.value);
  expect(first).toMatch(/^event: deployment\nid: .*\ndata: .*"state":"awaiting_approval"/);
  await review(await signedInAdmin("e"), { deploymentId: id, subjectDigest }, "reject");
  let rest = "";
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read())
    rest += new TextDecoder().decode(read.value);
  expect(rest).toMatch(/"state":"rejected"/);
}, 30_000);

test("a refusal is a problem that names the field and the remedy", async () => {
  const tagged = await call(request, {
    body: { ...input(), images: ["registry.example/bank/a:1"] },
  });
  expect(tagged).toMatchObject({
    status: 400,
    body: { field: "images.0", remedy: expect.stringMatching(/Resolve the tag/) },
  });
  const noTenant = await call(request, { body: input(), headers: { "x-tenant-id": "" } });
  expect(noTenant.status).toBe(404);
  const wait = await call(getOne, { id: uuidv7(), query: "?wait=31" });
  expect(wait).toMatchObject({ status: 400, body: { field: "wait" } });
});

test("no token, a bad one, another tenant's, too few rights: refused, and absent is as foreign", async () => {
  const { body: own } = await call(request, { body: input() });
  const bearer = async (claims: JWTPayload, realm?: string) => ({
    authorization: `Bearer ${await token(claims, realm)}`,
  });
  const none = await call(request, { body: input(), headers: { authorization: "" } });
  expect([none.status, none.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
  for (const claims of [{ exp: 1 }, { aud: "another-api" }, { iss: "https://evil.example" }])
    expect((await call(request, { body: input(), headers: await bearer(claims) })).status).toBe(
      401,
    );

  const foreign = await call(getOne, {
    id: own.deploymentId,
    headers: { "x-tenant-id": "muscatpharmacy" },
  });
  const nowhere = await call(getOne, {
    id: own.deploymentId,
    headers: { "x-tenant-id": "no-such" },
  });
  expect([foreign.status, { ...foreign.body, traceId: "" }]).toEqual([
    404,
    { ...nowhere.body, traceId: "" },
  ]);
  expect(await eventsOf(tenant)).toContainEqual(
    expect.objectContaining({ type: "runtime.access.denied", subject: "act/deployments.read" }),
  );

  const stranger = { ...(await bearer({}, "muscatpharmacy")), "x-tenant-id": "muscatpharmacy" };
  const theirs = await call(getOne, { id: own.deploymentId, headers: stranger });
  const absent = await call(getOne, { id: uuidv7(), headers: stranger });
  expect([theirs.status, { ...theirs.body, traceId: "" }]).toEqual([
    404,
    { ...absent.body, traceId: "" },
  ]);

  const auditor = await bearer({ resource_access: { "runtime-api": { roles: ["compliance"] } } });
  expect((await call(request, { body: input(), headers: auditor })).status).toBe(403);
  const claim = { subjectDigest: own.subjectDigest };
  expect(
    (await call(claimOne, { id: own.deploymentId, body: claim, headers: auditor })).status,
  ).toBe(403);
});
