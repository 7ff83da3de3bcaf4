import { createHash } from "node:crypto";
import { uuidv7 } from "uuidv7";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import {
  demand,
  image,
  requestInput,
  review,
  tend,
} from "#server/features/deployments/testing/deployment-fixture.ts";
import type { RouteHandler } from "#server/features/http-api/index.ts";
import { closeIdentityPools } from "#server/platform/db/identity-pool.ts";
import { closePools } from "#server/platform/db/tenant-transaction.ts";
import { mintAuthorizedTenant } from "#server/platform/tenancy/authorized-tenant.ts";
import type { ApiClient } from "#test/fixtures/api-client.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { ServiceCallers } from "#test/fixtures/service-callers.ts";
import { signedInAdmin } from "#test/fixtures/signed-in-admin.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { POST as attachTo } from "./[id]/attachments/route.ts";
import { POST as claimOne } from "./[id]/claim/route.ts";
import { GET as streamOne } from "./[id]/events/route.ts";
import { POST as reportOne } from "./[id]/outcome/route.ts";
import { GET as getOne } from "./[id]/route.ts";
import { POST as request } from "./route.ts";

const TENANT = "acme-shop";
const tenant = mintAuthorizedTenant(TENANT);
let callers: ServiceCallers;
let pipeline: ApiClient;

beforeAll(async () => {
  callers = await ServiceCallers.start({ tenants: [TENANT, "muscatpharmacy"] });
  pipeline = await callers.client("ci");
  await demand(tenant);
}, 60_000);
afterAll(async () => {
  await closePools();
  await closeIdentityPools();
  await callers?.stop();
});
beforeEach(async () => {
  await asSuperuser("DELETE FROM rate_limit");
});

async function call(
  handler: RouteHandler,
  options: {
    id?: string;
    body?: object | string;
    headers?: Record<string, string>;
    query?: string;
    as?: ApiClient;
  } = {},
) {
  const { id = "", body, headers = {}, query = "", as = pipeline } = options;
  const send = (sent: Request) => handler(sent, { params: Promise.resolve({ id }) });
  const response = await as.call(
    send,
    body === undefined ? "GET" : "POST",
    `/api/v1/deployments/${id}${query}`,
    { headers, ...(body === undefined ? {} : { body }) },
  );
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text ? JSON.parse(text) : null,
  };
}

const approver = (name: string) => signedInAdmin(tenant, callers.issuerOf(TENANT), name);

let number = 0;
const input = () =>
  requestInput({ service: `service-${++number}`, images: [image("checkout", "1")] });

test("a pipeline attaches what it has built, byte by byte", async () => {
  const { deploymentId: id } = (await call(request, { body: input() })).body;
  const body = { Payload: "e30=", Base64Signature: "AA==" };
  const digest = createHash("sha256").update(JSON.stringify(body)).digest("hex");
  const attach = (kind: string, what: object | string = body) =>
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
  const large = await attach("attestation", "x".repeat(256 * 1024 + 1));
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
    await review(await approver(name), { deploymentId: id, subjectDigest });
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
    await review(await approver(name), { deploymentId: id, subjectDigest });
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
  const send = (sent: Request) => streamOne(sent, { params: Promise.resolve({ id }) });
  const stream = await pipeline.call(send, "GET", `/api/v1/deployments/${id}/events`);
  expect(stream.headers.get("content-type")).toMatch(/^text\/event-stream/);
  const reader = stream.body?.getReader();
  const first = new TextDecoder().decode((await reader?.read())?.value);
  expect(first).toMatch(/^event: deployment\nid: .*\ndata: .*"state":"awaiting_approval"/);
  await review(await approver("e"), { deploymentId: id, subjectDigest }, "reject");
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

test("another tenant's, too few rights: refused, and absent is as foreign", async () => {
  const { body: own } = await call(request, { body: input() });
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

  const stranger = await callers.client("theirs", { realm: "muscatpharmacy" });
  const theirs = await call(getOne, { id: own.deploymentId, as: stranger });
  const absent = await call(getOne, { id: uuidv7(), as: stranger });
  expect([theirs.status, { ...theirs.body, traceId: "" }]).toEqual([
    404,
    { ...absent.body, traceId: "" },
  ]);

  const auditor = await callers.client("auditor", { roles: ["compliance"] });
  expect((await call(request, { body: input(), as: auditor })).status).toBe(403);
  const claim = { subjectDigest: own.subjectDigest };
  expect((await call(claimOne, { id: own.deploymentId, body: claim, as: auditor })).status).toBe(
    403,
  );
  const narrow = await callers.client("narrow", { scope: "runtime.deployments.read" });
  expect((await call(getOne, { id: own.deploymentId, as: narrow })).status).toBe(200);
  expect((await call(request, { body: input(), as: narrow })).status).toBe(403);
});
