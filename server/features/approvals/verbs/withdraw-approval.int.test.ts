import { beforeEach, describe, expect, test } from "vitest";
import type { AppError } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf, typesOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { ask, decide, detail } from "../testing/approval-fixture.ts";
import { withdrawApproval } from "./withdraw-approval.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
});
const requester = () => userOf(tenant, "requester", { roles: ["developer"] });
const officer = (name = "officer") => userOf(tenant, name);

const run = (caller: ReturnType<typeof officer>, requestId: string) =>
  runVerb(withdrawApproval, caller, { requestId, reason: "mine now" });

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

test("withdrawing ends it; doing it again changes nothing; a closed one cannot be", async () => {
  const asked = await ask(requester());
  const input = { requestId: asked.requestId, reason: "Not needed" };
  expect((await runVerb(withdrawApproval, requester(), input)).state).toBe("withdrawn");
  expect((await runVerb(withdrawApproval, requester(), input)).state).toBe("withdrawn");
  expect(await typesOf(tenant)).toEqual([
    "runtime.approvals.requested",
    "runtime.approvals.withdrawn",
  ]);
  await expect(decide(officer(), asked)).rejects.toMatchObject({ code: "conflict" });
  const rejected = await ask(requester());
  await decide(officer(), rejected, "reject");
  await expect(
    runVerb(withdrawApproval, requester(), { ...input, requestId: rejected.requestId }),
  ).rejects.toMatchObject({ code: "conflict", message: expect.stringContaining("rejected") });
});
