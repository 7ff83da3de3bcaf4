import { beforeEach, expect, test } from "vitest";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  admin,
  ask,
  claimAs,
  demand,
  detail,
  developer,
  fresh,
  image,
  ONE_ADMIN,
  pipeline,
  type RequestFields,
  requestInput,
  review,
  runOut,
  sha,
} from "../testing/deployment-fixture.ts";
import { reportOutcome } from "./report-outcome.ts";
import { requestDeployment } from "./request-deployment.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
  await demand(tenant);
});
const request = (fields: RequestFields = {}, caller = developer(tenant)) =>
  runVerb(requestDeployment, caller, requestInput(fields));

test("a request stands in the log and in the history, with the subject that is to be approved", async () => {
  const asked = await request();
  expect(asked).toMatchObject({ revision: 1, state: "requested", superseded: [] });
  const seen = await detail(developer(tenant), asked.deploymentId);
  expect(JSON.parse(seen.subject)).toEqual({
    tenant,
    environment: "prod",
    service: "checkout",
    images: [sha("checkout@1.2.0")],
    configDigest: sha("checkout config 7"),
    requester: { issuer: `https://idp.test/realms/${tenant}`, subject: "developer" },
    policyVersion: 1,
    provenance: { verdict: "unknown" },
  });
  expect(seen).toMatchObject({
    isYours: true,
    images: [{ change: "new", runningDigest: null }],
    history: [{ act: "requested", stateTo: "requested" }],
    yourPart: "no-scope",
  });
  const types = (await eventsOf(tenant)).map(({ type }) => type);
  expect(types).toContain("runtime.deployments.requested");
  expect(types).toContain("runtime.approvals.requested");
});

test.each<[string, RequestFields, string, RegExp]>([
  [
    "a tag without a digest",
    { images: ["registry.example/bank/checkout:1.2.0"] },
    "images.0",
    /Resolve the tag/,
  ],
  [
    "a registry that is not trusted",
    { images: [image("checkout", "1"), `evil.example/bank/x@${sha("x")}`] },
    "images.1",
    /Trusted are: registry.example\/bank/,
  ],
  [
    "a name without a registry",
    { images: [`checkout@${sha("x")}`] },
    "images.0",
    /Write the registry out/,
  ],
  ["an image twice", { images: [image("a", "1"), image("a", "2")] }, "images.1", /once/],
  ["an environment without a policy", { environment: "staging" }, "environment", /sovereign-admin/],
  ["a rollback to what never ran", { kind: "rollback" }, "kind", /earlier deployment/],
])("%s is refused, and says where and what to do", async (_name, fields, field, remedy) => {
  await expect(request(fields)).rejects.toMatchObject({
    code: "invalid",
    details: { field, remedy: expect.stringMatching(remedy) },
  });
});

test("input that has no shape names its field", async () => {
  for (const [fields, field] of [
    [{ environment: "production" as never }, "environment"],
    [{ configDigest: "latest" }, "configDigest"],
    [{ images: [] }, "images"],
    [{ service: "Check out" }, "service"],
    [{ changeRef: " " }, "changeRef"],
  ] as [RequestFields, string][]) {
    await expect(request(fields)).rejects.toMatchObject({ code: "invalid", details: { field } });
  }
});

test("without the scope it is forbidden; the same key again is the same request", async () => {
  const auditor = userOf(tenant, "auditor", { roles: ["compliance"] });
  await expect(request({}, auditor)).rejects.toMatchObject({ code: "forbidden" });
  const keyed = userOf(tenant, "developer", {
    roles: ["developer"],
    idempotencyKey: "pipeline-run-4711",
  });
  const first = await request({}, keyed);
  expect(await request({}, keyed)).toEqual(first);
});

test("a newer request for the same service takes the place of the one that waits, by policy", async () => {
  const older = await ask(developer(tenant));
  const other = await ask(developer(tenant), {
    service: "billing",
    images: [image("billing", "1")],
  });
  const newer = await request({ images: [image("checkout", "1.3.0")] });
  expect(newer.superseded).toEqual([older.deploymentId]);
  expect(await detail(admin(tenant), older.deploymentId)).toMatchObject({
    state: "superseded",
    supersededBy: newer.deploymentId,
    blockers: [],
  });
  expect((await detail(admin(tenant), other.deploymentId)).state).toBe("awaiting_approval");
  await expect(review(admin(tenant), older)).rejects.toMatchObject({ code: "conflict" });
  await demand(tenant, { ...ONE_ADMIN, supersedesWaiting: false }, 1);
  expect((await request({ images: [image("checkout", "1.4.0")] })).superseded).toEqual([]);
});

test("two requests for one service at once: one supersedes the other, never both or none", async () => {
  const [a, b] = await Promise.all([
    request({ images: [image("checkout", "2")] }),
    request({ images: [image("checkout", "3")] }, developer(tenant, "second")),
  ]);
  expect([...a.superseded, ...b.superseded]).toHaveLength(1);
});

test("an expired request is not superseded but over", async () => {
  const older = await ask(developer(tenant));
  await runOut(tenant, older.deploymentId);
  expect((await request()).superseded).toEqual([]);
  expect((await detail(admin(tenant), older.deploymentId)).state).toBe("expired");
});

test("a rollback leads to what ran before, and is approved like any other request", async () => {
  const run = async (version: string, kind: "deploy" | "rollback" = "deploy") => {
    const asked = await ask(developer(tenant), { images: [image("checkout", version)], kind });
    await review(admin(tenant), asked);
    const approvers = [fresh(tenant, "admin", "sovereign-admin")];
    expect((await claimAs(pipeline(tenant), asked, approvers)).outcome).toBe("claimed");
    const { deploymentId } = asked;
    await runVerb(reportOutcome, pipeline(tenant), { deploymentId, outcome: "succeeded" });
    return asked;
  };
  await run("1");
  await run("2");
  await expect(
    request({ images: [image("checkout", "2")], kind: "rollback" }),
  ).rejects.toMatchObject({
    details: { field: "kind" },
    message: expect.stringMatching(/runs now/),
  });
  const back = await run("1", "rollback");
  expect(await detail(admin(tenant), back.deploymentId)).toMatchObject({
    kind: "rollback",
    state: "succeeded",
    images: [{ change: "same" }],
  });
});
