import { beforeEach, describe, expect, test } from "vitest";
import type { AppError } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf, typesOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { ask, decide, detail } from "../testing/approval-fixture.ts";
import { reviseApproval } from "./revise-approval.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
});
const requester = () => userOf(tenant, "requester", { roles: ["developer"] });
const officer = (name = "officer") => userOf(tenant, name);

const run = (caller: ReturnType<typeof officer>, requestId: string) =>
  runVerb(reviseApproval, caller, { requestId, subject: { z: 1 }, reason: "mine now" });

describe("whose request it is", () => {
  test("only the requester; the denial is logged with its decision", async () => {
    const asked = await ask(requester());
    await expect(run(officer(), asked.requestId)).rejects.toMatchObject({
      code: "forbidden",
      message: expect.stringContaining("only the requester"),
    });
    const denial = (await eventsOf(tenant)).at(-1);
    expect(denial).toMatchObject({
      type: "runtime.access.denied",
      payload: { cause: "policy", reasons: ["forbid-amend-foreign-request"] },
    });
    expect((await detail(officer(), asked.requestId)).state).toBe("open");
  });

  test("another tenant's request is absent, word for word", async () => {
    const asked = await ask(requester());
    const other = await newTenant();
    const stranger = userOf(other, "requester", { roles: ["developer"] });
    const refusal = (id: string) => run(stranger, id).catch((error: unknown) => error as AppError);
    const foreign = (await refusal(asked.requestId)) as AppError;
    const absent = (await refusal("01890000-0000-7000-8000-000000000000")) as AppError;
    expect(foreign).toMatchObject({ code: "not_found" });
    expect([foreign.code, foreign.message, foreign.details]).toEqual([
      absent.code,
      absent.message,
      absent.details,
    ]);
    expect(await typesOf(other)).toEqual([]);
  });

  test("bad input names the field; no scope is forbidden", async () => {
    await expect(run(requester(), "not-an-id")).rejects.toMatchObject({
      code: "invalid",
      details: { field: "requestId" },
    });
    const nobody = userOf(tenant, "auditor", { roles: ["compliance"] });
    await expect(run(nobody, "01890000-0000-7000-8000-000000000000")).rejects.toMatchObject({
      code: "forbidden",
    });
  });
});

describe("revising", () => {
  test("a new subject is a new revision; older reviews are stale, kept and shown", async () => {
    const asked = await ask(requester(), {
      requirement: [{ role: "security-officer", count: 2 }],
    });
    await decide(officer("one"), asked);
    const revised = await runVerb(reviseApproval, requester(), {
      requestId: asked.requestId,
      subject: { path: "signing/root", version: 4 },
      reason: "The next version",
    });
    expect(revised).toMatchObject({ revision: 2, state: "open" });
    expect(revised.subjectDigest).not.toBe(asked.subjectDigest);
    const seen = await detail(officer("one"), asked.requestId);
    expect(seen.reviews).toMatchObject([{ revision: 1, countsAs: null, notCounted: "stale" }]);
    expect(seen).toMatchObject({ yourPart: "may-decide", quorum: { missing: 2 } });
    await expect(decide(officer("two"), asked)).rejects.toMatchObject({ code: "stale" });
    await decide(officer("one"), revised);
    const done = await decide(officer("two"), revised);
    expect(done.state).toBe("approved");
  });

  test("an approved request that is revised is open again", async () => {
    const asked = await ask(requester());
    expect((await decide(officer(), asked)).state).toBe("approved");
    const again = await runVerb(reviseApproval, requester(), {
      requestId: asked.requestId,
      subject: { other: true },
      reason: "Changed my mind",
    });
    expect(again.state).toBe("open");
    expect((await detail(officer(), asked.requestId)).decidedAt).toBeNull();
  });

  test("the same subject again changes nothing and says nothing", async () => {
    const asked = await ask(requester(), { subject: { a: 1, b: 2 } });
    const same = await runVerb(reviseApproval, requester(), {
      requestId: asked.requestId,
      subject: { b: 2, a: 1 },
      reason: "Order is nothing",
    });
    expect(same).toMatchObject({ revision: 1, subjectDigest: asked.subjectDigest });
    expect(await typesOf(tenant)).toEqual(["runtime.approvals.requested"]);
  });
});
