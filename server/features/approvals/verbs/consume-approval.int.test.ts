import { beforeEach, expect, test } from "vitest";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf, typesOf } from "#test/fixtures/audit-log.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { ask, decide, detail, runOut } from "../testing/approval-fixture.ts";
import { consumeApproval } from "./consume-approval.ts";

const SUBJECT_REF = "secret-binding/one";
let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
});
const requester = () => userOf(tenant, "requester", { roles: ["developer"] });
const officer = (name = "officer") => userOf(tenant, name);
const worker = (of = tenant) => workerOf(of, ["runtime.approvals.consume"]);

const fresh = (name: string, roles: string[]) => ({
  issuer: `https://idp.test/realms/${tenant}`,
  subject: name,
  roles,
});

async function approved() {
  const asked = await ask(requester(), { subjectRef: SUBJECT_REF });
  await decide(officer(), asked);
  return {
    requestId: asked.requestId,
    kind: "rotation" as const,
    subjectRef: SUBJECT_REF,
    subjectDigest: asked.subjectDigest,
    approvers: [fresh("officer", ["security-officer"])],
  };
}

test("an approved request is executed once, also when two try at once", async () => {
  const input = await approved();
  const outcomes = await Promise.all(
    [1, 2, 3].map(() => runVerb(consumeApproval, worker(), input)),
  );
  expect(outcomes.filter(({ outcome }) => outcome === "executed")).toHaveLength(1);
  expect(outcomes).toContainEqual({ outcome: "refused", why: "already-executed", missing: 0 });
  expect(await detail(officer(), input.requestId)).toMatchObject({
    state: "executed",
    executedAt: expect.any(Date),
  });
  const types = await typesOf(tenant);
  expect(types.filter((type) => type === "runtime.approvals.executed")).toHaveLength(1);
});

test.each([
  ["an approver who lost the role", { approvers: [{ roles: ["developer"] }] }, "quorum-lost"],
  ["an approver who could not be asked about", { approvers: [] }, "quorum-lost"],
  ["another subject", { subjectDigest: "0".repeat(64) }, "stale"],
] as const)("%s: refused, and the refusal is logged", async (_name, change, why) => {
  const input = await approved();
  const approvers =
    "approvers" in change
      ? change.approvers.map(({ roles }) => fresh("officer", [...roles]))
      : input.approvers;
  const outcome = await runVerb(consumeApproval, worker(), { ...input, ...change, approvers });
  expect(outcome).toMatchObject({ outcome: "refused", why });
  expect((await eventsOf(tenant)).at(-1)).toMatchObject({
    type: "runtime.approvals.execution-refused",
    outcome: "denied",
    actorKind: "worker",
    payload: { why },
  });
  expect((await detail(officer(), input.requestId)).state).toBe("approved");
});

test("roles gained after the review do not make it count", async () => {
  const asked = await ask(requester(), { subjectRef: SUBJECT_REF });
  const admin = userOf(tenant, "admin", { roles: ["sovereign-admin"] });
  expect((await decide(admin, asked)).state).toBe("open");
  await decide(officer(), asked);
  const input = {
    requestId: asked.requestId,
    kind: "rotation" as const,
    subjectRef: SUBJECT_REF,
    subjectDigest: asked.subjectDigest,
    approvers: [fresh("admin", ["security-officer"])],
  };
  expect(await runVerb(consumeApproval, worker(), input)).toMatchObject({ why: "quorum-lost" });
});

test("not approved, expired and withdrawn requests are refused", async () => {
  const open = await ask(requester(), { subjectRef: "secret-binding/open" });
  const input = await approved();
  const asOpen = { ...input, ...open, subjectRef: "secret-binding/open" };
  const { revision: _, state: __, ...openInput } = asOpen;
  expect(await runVerb(consumeApproval, worker(), openInput)).toMatchObject({
    why: "not-approved",
  });
  await runOut(tenant, input.requestId);
  expect(await runVerb(consumeApproval, worker(), input)).toMatchObject({ why: "expired" });
});

test("another kind, another reference, another tenant: absent", async () => {
  const input = await approved();
  for (const change of [{ kind: "deployment" as const }, { subjectRef: "secret-binding/two" }]) {
    await expect(runVerb(consumeApproval, worker(), { ...input, ...change })).rejects.toMatchObject(
      { code: "not_found" },
    );
  }
  await expect(runVerb(consumeApproval, worker(await newTenant()), input)).rejects.toMatchObject({
    code: "not_found",
  });
});

test("no role has the worker's scopes", async () => {
  const input = await approved();
  const admin = userOf(tenant, "admin", { roles: ["sovereign-admin", "security-officer"] });
  await expect(runVerb(consumeApproval, admin, input)).rejects.toMatchObject({ code: "forbidden" });
});
