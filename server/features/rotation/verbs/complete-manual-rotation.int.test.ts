import { beforeEach, expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { serviceOf, userOf } from "#test/fixtures/callers.ts";
import { DAY_MILLIS, EVIDENCE, manualRig, workOf } from "../testing/manual-rig.ts";
import { bindingRow, force, newRig, type Rig } from "../testing/rotation-rig.ts";
import { completeManualRotation } from "./complete-manual-rotation.ts";

let rig: Rig;
beforeEach(async () => {
  rig = await manualRig();
});

const complete = (more: Record<string, unknown> = {}) =>
  runVerb(completeManualRotation, rig.officer, {
    bindingId: rig.bindingId,
    evidence: EVIDENCE,
    ...more,
  });

test("what was done counts at once where nobody has to confirm it: its age and its next date begin anew", async () => {
  const before = await workOf(rig);
  expect(before).toMatchObject({ isOverdue: true, intervalDays: 90, confirmers: [] });
  const performedAt = new Date(Date.now() - 60_000);
  const done = await complete({ performedAt });
  expect(done.state).toBe("confirmed");
  expect(done.dueAt).toEqual(new Date(performedAt.getTime() + 90 * DAY_MILLIS));
  expect(await bindingRow(rig)).toMatchObject({ last_rotated_at: performedAt });
  const after = await workOf(rig);
  expect(after).toMatchObject({ isOverdue: false, dueAt: done.dueAt });
  expect(after?.completions).toMatchObject([
    { state: "confirmed", evidence: EVIDENCE, isYours: true, wasDueAt: before?.dueAt },
  ]);
  expect((await eventsOf(rig.tenant)).at(-1)).toMatchObject({
    type: "runtime.secrets.manual-rotation-completed",
    payload: { evidence: EVIDENCE },
  });
});

test("where a second person has to confirm it, nothing counts yet, and it is reported once", async () => {
  rig = await manualRig({ isConfirmed: true });
  const before = await bindingRow(rig);
  expect(await complete()).toMatchObject({ state: "awaiting_confirmation" });
  expect((await bindingRow(rig)).last_rotated_at).toEqual(before.last_rotated_at);
  await expect(complete()).rejects.toMatchObject({ code: "conflict" });
  expect((await workOf(rig))?.isOverdue).toBe(true);
});

test("a class whose rule asks for an approval needs a second person, whatever the reference says", async () => {
  rig = await manualRig({ class: "root-ca" });
  expect(await complete()).toMatchObject({ state: "awaiting_confirmation" });
  expect((await workOf(rig))?.confirmers).toEqual(["security-officer"]);
});

test.each([
  ["a value", { note: `the new root token is hvs.${"a1B2".repeat(8)}` }, "evidence.note"],
  ["too little", { note: "done" }, "evidence.note"],
  ["a link with a password", { ...evidenceWith("https://u:p@records.test/") }, "evidence.link"],
  ["another kind of link", { ...evidenceWith("file:///etc/passwd") }, "evidence.link"],
  ["half a digest", { note: EVIDENCE.note, digest: "abc" }, "evidence.digest"],
])("%s is no evidence: the field is named, and nothing is kept", async (_, evidence, field) => {
  await expect(complete({ evidence })).rejects.toMatchObject({
    code: "invalid",
    details: { field },
  });
  expect((await workOf(rig))?.completions).toEqual([]);
});

test("it can't have been done tomorrow, nor before the last time", async () => {
  for (const days of [1, -400]) {
    const performedAt = new Date(Date.now() + days * DAY_MILLIS);
    await expect(complete({ performedAt })).rejects.toMatchObject({
      code: "invalid",
      details: { field: "performedAt" },
    });
  }
});

test("only people say so; what the worker rotates is not reported, what people change is not forced", async () => {
  const service = serviceOf(rig.tenant, "ci", "unknown", ["runtime.secrets.rotate"]);
  const input = { bindingId: rig.bindingId, evidence: EVIDENCE };
  await expect(runVerb(completeManualRotation, service, input)).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(force(rig)).rejects.toMatchObject({
    code: "conflict",
    message: "This credential is changed by hand.",
  });
  const automatic = await newRig();
  const wrong = { bindingId: automatic.bindingId, evidence: EVIDENCE };
  await expect(runVerb(completeManualRotation, automatic.officer, wrong)).rejects.toMatchObject({
    code: "conflict",
  });
});

test("another tenant's credential is absent, and a developer may not", async () => {
  const other = await manualRig();
  const input = { bindingId: other.bindingId, evidence: EVIDENCE };
  await expect(runVerb(completeManualRotation, rig.officer, input)).rejects.toMatchObject({
    code: "not_found",
  });
  const developer = userOf(rig.tenant, "dev", { roles: ["developer"] });
  const own = { bindingId: rig.bindingId, evidence: EVIDENCE };
  await expect(runVerb(completeManualRotation, developer, own)).rejects.toMatchObject({
    code: "forbidden",
  });
  const rows = await withTenant(rig.tenant, "tenant", (tx) =>
    tx.query("SELECT 1 FROM manual_completion WHERE tenant_id = $1", [rig.tenant]),
  );
  expect(rows).toEqual([]);
});

function evidenceWith(link: string) {
  return { ...EVIDENCE, link };
}
