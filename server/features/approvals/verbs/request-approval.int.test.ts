import { createHash } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf, typesOf } from "#test/fixtures/audit-log.ts";
import { serviceOf, userOf, workerOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { ask, detail, requestInput, runOut } from "../testing/approval-fixture.ts";
import { requestApproval } from "./request-approval.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
});
const requester = () => userOf(tenant, "requester", { roles: ["developer"] });
const officer = (name = "officer") => userOf(tenant, name);

describe("asking", () => {
  test("the digest covers the subject, the tenant and the requester; the event is there", async () => {
    const asked = await ask(requester(), { subject: { b: 1, a: ["x"] } });
    const seen = await detail(officer(), asked.requestId);
    expect(seen.subject).toBe(
      `{"a":["x"],"b":1,"requester":{"issuer":"https://idp.test/realms/${tenant}","subject":"requester"},"tenant":"${tenant}"}`,
    );
    expect(seen.subjectDigest).toBe(createHash("sha256").update(seen.subject).digest("hex"));
    expect(seen.subjectDigest).toBe(asked.subjectDigest);
    expect(seen).toMatchObject({ state: "open", revision: 1, yourPart: "may-decide" });
    const [event] = await eventsOf(tenant);
    expect(event).toMatchObject({
      type: "runtime.approvals.requested",
      subject: `approval-request/${asked.requestId}`,
      payload: { subjectDigest: asked.subjectDigest, reason: expect.any(String) },
    });
    expect(JSON.stringify(event?.envelope)).not.toContain("yearly");
  });

  test("one request a subject at a time, also when two ask at once", async () => {
    const same = requestInput();
    const answers = await Promise.allSettled(
      [1, 2, 3].map(() => runVerb(requestApproval, requester(), same)),
    );
    expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const answer of answers) {
      if (answer.status === "rejected") expect(answer.reason).toMatchObject({ code: "conflict" });
    }
    expect(await typesOf(tenant)).toEqual(["runtime.approvals.requested"]);
  });

  test("a request past its time makes room before the sweeper comes", async () => {
    const first = await ask(requester(), { subjectRef: "secret-binding/one" });
    await runOut(tenant, first.requestId);
    const second = await ask(requester(), { subjectRef: "secret-binding/one" });
    expect((await detail(officer(), first.requestId)).state).toBe("expired");
    expect((await detail(officer(), second.requestId)).state).toBe("open");
    expect((await typesOf(tenant)).sort()).toEqual([
      "runtime.approvals.expired",
      "runtime.approvals.requested",
      "runtime.approvals.requested",
    ]);
  });

  test("the requirement may be stricter than the kind's, never weaker", async () => {
    const weaker = ask(requester(), {
      kind: "dr-promotion",
      requirement: [{ role: "security-officer", count: 3 }],
    });
    await expect(weaker).rejects.toMatchObject({
      code: "invalid",
      details: { field: "requirement" },
    });
    const stricter = await ask(requester(), {
      requirement: [{ role: "security-officer", count: 2 }],
    });
    expect((await detail(officer(), stricter.requestId)).quorum.missing).toBe(2);
  });

  test.each([
    ["requirement.0.role", { requirement: [{ role: "developer" as never, count: 1 }] }],
    ["subject", { subject: { tenant: "another" } }],
    ["subject", { subject: { requester: "me" } }],
    ["subjectRef", { subjectRef: "no slash" }],
    ["reason", { reason: "  " }],
    ["expiresInSeconds", { expiresInSeconds: 1 }],
  ])("bad input names the field %s", async (field, fields) => {
    await expect(ask(requester(), fields)).rejects.toMatchObject({
      code: "invalid",
      details: { field },
    });
  });

  test("without the scope it is forbidden, and the denial is logged", async () => {
    const nobody = userOf(tenant, "auditor", { roles: ["compliance"] });
    await expect(ask(nobody)).rejects.toMatchObject({ code: "forbidden" });
    expect(await typesOf(tenant)).toEqual(["runtime.access.denied"]);
  });

  test("run twice with one key is run once; the key for another request is a conflict", async () => {
    const caller = { ...requester(), idempotencyKey: "ask-once-please" };
    const input = requestInput();
    const first = await runVerb(requestApproval, caller, input);
    expect(await runVerb(requestApproval, caller, input)).toEqual(first);
    expect(await typesOf(tenant)).toEqual(["runtime.approvals.requested"]);
    await expect(
      runVerb(requestApproval, caller, { ...input, reason: "another" }),
    ).rejects.toMatchObject({ code: "conflict" });
  });

  test("a service with an unknown human asks for one more; a worker does not", async () => {
    const scopes = ["runtime.approvals.request"] as const;
    const service = await ask(serviceOf(tenant, "ci", "unknown", scopes));
    expect((await detail(officer(), service.requestId)).quorum).toMatchObject({
      missing: 2,
      additional: { roles: ["security-officer"], missing: 1 },
    });
    const worker = await ask(workerOf(tenant, scopes));
    expect((await detail(officer(), worker.requestId)).quorum.missing).toBe(1);
  });
});
