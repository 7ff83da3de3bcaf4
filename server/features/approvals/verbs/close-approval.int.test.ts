import { uuidv7 } from "uuidv7";
import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { ask, decide, detail } from "../testing/approval-fixture.ts";
import { closeApproval } from "./close-approval.ts";

const reason = "the rotation was cancelled";

async function asked() {
  const tenant = await newTenant();
  const request = await ask(userOf(tenant, "requester", { roles: ["developer"] }));
  return { tenant, request, officer: userOf(tenant, "officer") };
}

test("closes a request, open or approved, once, and says why", async () => {
  for (const isApproved of [false, true]) {
    const { tenant, request, officer } = await asked();
    if (isApproved) await decide(officer, request);
    const { requestId } = request;
    const closed = await runVerb(closeApproval, officer, { requestId, reason });
    expect(closed).toMatchObject({ requestId, state: "withdrawn" });
    expect((await detail(officer, requestId)).state).toBe("withdrawn");
    const events = await eventsOf(tenant);
    expect(events.at(-1)).toMatchObject({
      type: "runtime.approvals.withdrawn",
      payload: { reason },
    });
    await runVerb(closeApproval, officer, { requestId, reason });
    expect(await eventsOf(tenant)).toHaveLength(events.length);
  }
});

test("a rejected one stays rejected", async () => {
  const { request, officer } = await asked();
  await decide(officer, request, "reject");
  const { requestId } = request;
  expect(await runVerb(closeApproval, officer, { requestId, reason })).toMatchObject({
    state: "rejected",
  });
});

test("another tenant's is not found; without the scope forbidden; bad input names the field", async () => {
  const { tenant, request, officer } = await asked();
  const { requestId } = request;
  const foreign = userOf(await newTenant(), "officer");
  for (const id of [requestId, uuidv7()]) {
    await expect(runVerb(closeApproval, foreign, { requestId: id, reason })).rejects.toMatchObject({
      code: "not_found",
    });
  }
  const nobody = userOf(tenant, "nobody", { scopes: [] });
  await expect(runVerb(closeApproval, nobody, { requestId, reason })).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(runVerb(closeApproval, officer, { requestId, reason: " " })).rejects.toMatchObject({
    code: "invalid",
    details: { field: "reason" },
  });
});
