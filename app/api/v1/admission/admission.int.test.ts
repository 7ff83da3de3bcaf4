import { createHash, randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { uuidv7 } from "uuidv7";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  saveAdmissionCluster,
  saveAdmissionNamespaces,
  setAdmissionCredential,
} from "#server/features/admission/index.ts";
import { reportOutcome } from "#server/features/deployments/index.ts";
import {
  admin,
  ask,
  claimAs,
  demand,
  developer,
  fresh,
  image,
  pipeline,
  review,
} from "#server/features/deployments/testing/deployment-fixture.ts";
import { sovereignAdmin } from "#server/features/rotation-targets/testing/target-fixture.ts";
import { closeIdentityPools } from "#server/platform/db/identity-pool.ts";
import { closePools } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { sovereignTenant } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { POST as byPath } from "./[cluster]/[token]/route.ts";
import { POST as byHeader } from "./[cluster]/route.ts";

const REASON = "agreed in the platform meeting";
const cluster = `muscat-${randomBytes(3).toString("hex")}`;
const token = randomBytes(32).toString("hex");
const NEW = image("checkout", "2");
let tenant: AuthorizedTenantId;
let server: Server;
let base: string;

const hashOf = (text: string) => createHash("sha256").update(text).digest("hex");

beforeAll(async () => {
  // The route as the API server reaches it: over HTTP, its parameters from the path.
  server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const url = new URL(incoming.url ?? "/", base);
    const [, , , , of = "", inPath] = url.pathname.split("/");
    const request = new Request(url, {
      method: "POST",
      headers: Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
      body: Buffer.concat(chunks),
    });
    const params = Promise.resolve({ cluster: of, token: inPath });
    const answer = await (inPath ? byPath : byHeader)(request, { params });
    outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
    outgoing.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  tenant = await newTenant("shop");
  await demand(tenant);
  const sovereign = await sovereignAdmin();
  await runVerb(saveAdmissionCluster, sovereign, { cluster, tenants: [tenant], reason: REASON });
  await runVerb(setAdmissionCredential, sovereign, {
    cluster,
    tokenHash: hashOf(token),
    reason: REASON,
  });
  await runVerb(saveAdmissionNamespaces, sovereign, {
    cluster,
    namespaces: [
      { namespace: "shop-prod", rule: "owned", tenant, environment: "prod" },
      { namespace: "shop-other", rule: "owned", tenant, environment: "prod", service: "catalogue" },
      { namespace: "ingress", rule: "exempt" },
    ],
    reason: REASON,
  });
}, 60_000);
afterAll(async () => {
  await new Promise((closed) => server.close(closed));
  await closePools();
  await closeIdentityPools();
});

/** What an API server of Kubernetes 1.34 sends when the ReplicaSet controller makes a pod. */
function podReview(named: string, over: Record<string, unknown> = {}) {
  const kind = { group: "", version: "v1", kind: "Pod" };
  const resource = { group: "", version: "v1", resource: "pods" };
  return {
    kind: "AdmissionReview",
    apiVersion: "admission.k8s.io/v1",
    request: {
      uid: uuidv7(),
      kind,
      resource,
      requestKind: kind,
      requestResource: resource,
      namespace: "shop-prod",
      operation: "CREATE",
      userInfo: {
        username: "system:serviceaccount:kube-system:replicaset-controller",
        uid: "6b4c1f0e-3c44-4b53-9d0f-1e9f4d0a8f11",
        groups: ["system:serviceaccounts", "system:authenticated"],
      },
      object: {
        kind: "Pod",
        apiVersion: "v1",
        metadata: {
          generateName: "checkout-7d4b9c6f5d-",
          creationTimestamp: null,
          labels: { app: "checkout", "pod-template-hash": "7d4b9c6f5d" },
          ownerReferences: [
            {
              apiVersion: "apps/v1",
              kind: "ReplicaSet",
              name: "checkout-7d4b9c6f5d",
              controller: true,
            },
          ],
        },
        spec: {
          volumes: [{ name: "kube-api-access-8x2vq", projected: { defaultMode: 420 } }],
          containers: [
            { name: "checkout", image: named, resources: {}, imagePullPolicy: "IfNotPresent" },
          ],
          restartPolicy: "Always",
          serviceAccountName: "default",
          schedulerName: "default-scheduler",
        },
        status: {},
      },
      oldObject: null,
      dryRun: false,
      options: { kind: "CreateOptions", apiVersion: "meta.k8s.io/v1" },
      ...over,
    },
  };
}

async function post(body: unknown, { as = token, inPath = false, at = cluster } = {}) {
  const response = await fetch(
    `${base}/api/v1/admission/${at}${inPath ? `/${as}` : ""}?timeout=5s`,
    {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(inPath || as === "" ? {} : { authorization: `Bearer ${as}` }),
      },
      body: typeof body === "string" ? body : JSON.stringify(body),
    },
  );
  const answer = await response.json();
  return { status: response.status, answer, response: answer.response };
}

const denialsOf = async (of: AuthorizedTenantId, act: string) =>
  (await eventsOf(of)).filter(
    ({ type, subject }) => type === "runtime.access.denied" && subject === `act/${act}`,
  );

test("what nobody approved does not run; what is claimed and what succeeded does", async () => {
  const asked = podReview(NEW);
  const refused = await post(asked);
  expect(refused).toMatchObject({
    status: 200,
    answer: { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview" },
    response: { uid: asked.request.uid, allowed: false, status: { code: 403 } },
  });
  expect(refused.response.status.message).toContain(
    `container "checkout": the image ${NEW} is not approved for prod of ${tenant}`,
  );

  const request = await ask(developer(tenant), { service: "checkout", images: [NEW] });
  await review(admin(tenant, "a"), request);
  expect((await post(podReview(NEW))).response.allowed).toBe(false);
  await claimAs(pipeline(tenant), request, [fresh(tenant, "a", "sovereign-admin")]);
  expect((await post(podReview(NEW), { inPath: true })).response).toMatchObject({ allowed: true });
  await runVerb(reportOutcome, pipeline(tenant), {
    deploymentId: request.deploymentId,
    outcome: "succeeded",
  });
  expect((await post(podReview(NEW))).response.allowed).toBe(true);
  // Approved for one service's namespace is not approved for another's.
  expect((await post(podReview(NEW, { namespace: "shop-other" }))).response.allowed).toBe(false);
  const ephemeral = podReview(NEW, {
    operation: "UPDATE",
    subResource: "ephemeralcontainers",
    oldObject: podReview(NEW).request.object,
  });
  Object.assign(ephemeral.request.object.spec, {
    ephemeralContainers: [{ name: "debugger", image: "registry.example/tools/debug:latest" }],
  });
  expect((await post(ephemeral)).response.status.message).toContain(
    'ephemeral container "debugger"',
  );
}, 60_000);

test("denials stand in the owner's log, a flood of them once; a dry run leaves no trace", async () => {
  const bad = image("flooded", "1");
  const before = (await denialsOf(tenant, "admission/shop-prod")).length;
  await post(podReview(bad, { dryRun: true, namespace: "shop-other" }));
  const otherBefore = (await denialsOf(tenant, "admission/shop-other")).length;
  for (let again = 0; again < 5; again++) await post(podReview(bad));
  const after = await denialsOf(tenant, "admission/shop-prod");
  expect(after.length - before).toBeLessThanOrEqual(1);
  expect(after.at(-1)?.payload).toMatchObject({
    cause: "image-not-approved",
    cluster,
    namespace: "shop-prod",
    object: "Pod/checkout-7d4b9c6f5d-",
  });
  await post(podReview(bad, { dryRun: true, namespace: "shop-other" }));
  expect((await denialsOf(tenant, "admission/shop-other")).length).toBe(otherBefore);
});

test("an unknown namespace is refused in the Sovereign's log; an exempt one is not judged", async () => {
  const unknown = await post(podReview(NEW, { namespace: "nobodys" }));
  expect(unknown.response).toMatchObject({
    allowed: false,
    auditAnnotations: { why: "unknown-namespace" },
  });
  expect((await denialsOf(sovereignTenant(), "admission")).at(-1)?.payload).toMatchObject({
    cause: "unknown-namespace",
    namespace: "nobodys",
  });
  const exempt = await post(podReview("nginx:latest", { namespace: "ingress" }));
  expect(exempt.response).toMatchObject({
    allowed: true,
    auditAnnotations: { why: `exempt: ${REASON}` },
  });
});

test("a token that is unknown, of another cluster or replaced is refused; a new one is taken at once", async () => {
  await asSuperuser("DELETE FROM rate_limit");
  for (const how of [{ as: "" }, { as: "x".repeat(40) }, { at: "another" }]) {
    const { status, answer } = await post(podReview(NEW), how);
    expect([status, answer.code]).toEqual([401, "unauthenticated"]);
  }
  const next = randomBytes(32).toString("hex");
  const sovereign = await sovereignAdmin();
  const set = { cluster, tokenHash: hashOf(next), keepOldSeconds: 3_600, reason: REASON };
  await runVerb(setAdmissionCredential, sovereign, set);
  for (const as of [token, next]) expect((await post(podReview(NEW), { as })).status).toBe(200);
  const last = randomBytes(32).toString("hex");
  await runVerb(setAdmissionCredential, sovereign, {
    ...set,
    tokenHash: hashOf(last),
    keepOldSeconds: 0,
  });
  const statuses = [];
  for (const as of [token, next, last]) statuses.push((await post(podReview(NEW), { as })).status);
  expect(statuses).toEqual([401, 401, 200]);
  await runVerb(setAdmissionCredential, sovereign, {
    ...set,
    tokenHash: hashOf(`${token}2`),
    keepOldSeconds: 0,
  });
});

test("what is no review is a problem; while the console can't look, everything is refused in words", async () => {
  const as = `${token}2`;
  expect((await post("[", { as })).answer).toMatchObject({ status: 400, field: "body" });
  const old = { ...podReview(NEW), apiVersion: "admission.k8s.io/v1beta1" };
  expect((await post(old, { as })).answer.detail).toContain("another version");
  const call = "FUNCTION app.admission_place(text, bytea, text)";
  await asSuperuser(`REVOKE EXECUTE ON ${call} FROM console_identity`);
  try {
    const { status, response } = await post(podReview(NEW), { as });
    expect([status, response.allowed]).toEqual([200, false]);
    expect(response.status.message).toContain("cannot look up what is approved now");
  } finally {
    await asSuperuser(`GRANT EXECUTE ON ${call} TO console_identity`);
  }
  expect((await post(podReview(NEW), { as })).response.allowed).toBe(true);
});
