import { expect, test } from "vitest";
import { withdrawApproval } from "#server/features/approvals/index.ts";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { actRow, REASON, retentionWorker } from "../testing/retention-fixture.ts";
import { setRetention } from "./set-retention.ts";
import { settleAct } from "./settle-act.ts";

test("what was not approved changes nothing, and is over", async () => {
  const tenant = await newTenant();
  const officer = userOf(tenant, "officer");
  const input = { class: "received" as const, days: 400, reason: REASON };
  const { actId } = await runVerb(setRetention, officer, input);
  const settle = () =>
    runVerb(settleAct, retentionWorker(tenant), { actId: actId ?? "", approvers: [] });
  expect((await settle()).state).toBe("awaiting_approval");
  const requestId = (await actRow(actId ?? ""))?.approval_id as string;
  await runVerb(withdrawApproval, officer, { requestId, reason: "not needed" });
  expect((await settle()).state).toBe("refused");
  expect(await typesOf(tenant)).toContain("runtime.retention.shortening-refused");
  expect((await settle()).state).toBe("refused");
});
