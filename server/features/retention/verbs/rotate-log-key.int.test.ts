import { expect, test } from "vitest";
import { reviewApproval, withdrawApproval } from "#server/features/approvals/index.ts";
import { proveAtProvider } from "#server/features/step-up/testing/step-up-rig.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  actRow,
  askForLogKey,
  REASON,
  retentionWorker,
  tenantWithKeys,
} from "../testing/retention-fixture.ts";
import { rotateLogKey } from "./rotate-log-key.ts";
import { settleAct } from "./settle-act.ts";

const input = { overlapDays: 30, reason: REASON };

test("a new key of the log takes a right and a second person", async () => {
  const tenant = await tenantWithKeys();
  const officer = userOf(tenant, "officer");
  const { actId, state } = await askForLogKey(officer, input);
  expect(state).toBe("awaiting_approval");
  const requestId = (await actRow(actId ?? ""))?.approval_id as string;
  await runVerb(withdrawApproval, officer, { requestId, reason: "not now" });
  const worker = retentionWorker(tenant);
  const settled = await runVerb(settleAct, worker, { actId: actId ?? "", approvers: [] });
  expect(settled.state).toBe("refused");
  // What fell through stands in no other's way.
  expect((await askForLogKey(officer, input)).state).toBe("awaiting_approval");

  const auditor = userOf(tenant, "auditor", { roles: ["compliance"] });
  await expect(runVerb(rotateLogKey, auditor, input)).rejects.toMatchObject({ code: "forbidden" });
});

test("who asks and who approves each give a second factor just now, for exactly that; rejecting takes none", async () => {
  const tenant = await tenantWithKeys();
  const officer = userOf(tenant, "officer");
  const REQUIRED = { code: "step_up_required" };
  const wanted = await runVerb(rotateLogKey, officer, input).catch((error) => error);
  expect(wanted).toMatchObject({
    ...REQUIRED,
    details: { stepUp: { act: "retention.rotateLogKey", withinSeconds: 300 } },
  });
  await proveAtProvider(officer, wanted.details.stepUp);
  // The factor is for these days, this reason and no revocation: for nothing else, and for nobody else.
  for (const other of [
    { ...input, overlapDays: 31 },
    { ...input, reason: `${REASON} as well` },
    { overlapDays: 0, compromised: true, reason: REASON },
  ]) {
    await expect(runVerb(rotateLogKey, officer, other)).rejects.toMatchObject(REQUIRED);
  }
  const another = userOf(tenant, "another");
  await expect(runVerb(rotateLogKey, another, input)).rejects.toMatchObject(REQUIRED);
  const { actId } = await runVerb(rotateLogKey, officer, input);

  const reviewed = async (asked: string | null, decision: "approve" | "reject") => {
    const requestId = (await actRow(asked ?? ""))?.approval_id as string;
    const [row] = await withTenant(tenant, "tenant", (tx) =>
      tx.query<{ digest: string }>(
        "SELECT encode(subject_digest, 'hex') AS digest FROM approval_request WHERE tenant_id = $1 AND request_id = $2",
        [tenant, requestId],
      ),
    );
    const subjectDigest = row?.digest ?? "";
    return { requestId, subjectDigest, decision, comment: "looked at" };
  };
  const rejection = await reviewed(actId, "reject");
  expect(await runVerb(reviewApproval, another, rejection)).toMatchObject({ state: "rejected" });
  await runVerb(settleAct, retentionWorker(tenant), { actId: actId ?? "", approvers: [] });

  // The factor was used up: asking again takes another. A revocation takes one as well.
  await expect(runVerb(rotateLogKey, officer, input)).rejects.toMatchObject(REQUIRED);
  const revoking = { overlapDays: 0, compromised: true, reason: REASON };
  const { actId: again } = await askForLogKey(officer, revoking);
  const approval = await reviewed(again, "approve");
  await expect(runVerb(reviewApproval, another, approval)).rejects.toMatchObject({
    ...REQUIRED,
    details: { stepUp: { act: "approvals.review", digest: approval.subjectDigest } },
  });
  await proveAtProvider(another, { act: "approvals.review", digest: approval.subjectDigest });
  expect(await runVerb(reviewApproval, another, approval)).toMatchObject({ state: "approved" });
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
