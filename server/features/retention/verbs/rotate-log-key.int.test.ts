import { expect, test } from "vitest";
import { withdrawApproval } from "#server/features/approvals/index.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { actRow, REASON, retentionWorker, tenantWithKeys } from "../testing/retention-fixture.ts";
import { rotateLogKey } from "./rotate-log-key.ts";
import { settleAct } from "./settle-act.ts";

const input = { overlapDays: 30, reason: REASON };

test("a new key of the log takes a right and a second person", async () => {
  const tenant = await tenantWithKeys();
  const officer = userOf(tenant, "officer");
  const { actId, state } = await runVerb(rotateLogKey, officer, input);
  expect(state).toBe("awaiting_approval");
  const requestId = (await actRow(actId ?? ""))?.approval_id as string;
  await runVerb(withdrawApproval, officer, { requestId, reason: "not now" });
  const worker = retentionWorker(tenant);
  const settled = await runVerb(settleAct, worker, { actId: actId ?? "", approvers: [] });
  expect(settled.state).toBe("refused");
  // What fell through stands in no other's way.
  expect((await runVerb(rotateLogKey, officer, input)).state).toBe("awaiting_approval");

  const auditor = userOf(tenant, "auditor", { roles: ["compliance"] });
  await expect(runVerb(rotateLogKey, auditor, input)).rejects.toMatchObject({ code: "forbidden" });
});

test.each([
  [0, false],
  [3, true],
  [366, false],
])("%i days with compromised=%s are refused by their field", async (overlapDays, compromised) => {
  const officer = userOf(await newTenant(), "officer");
  const wrong = { overlapDays, compromised, reason: REASON };
  await expect(runVerb(rotateLogKey, officer, wrong)).rejects.toMatchObject({
    details: { field: "overlapDays" },
  });
});
