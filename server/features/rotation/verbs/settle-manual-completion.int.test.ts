import { beforeEach, expect, test } from "vitest";
import type { Role } from "#server/platform/authz/scopes.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { DAY_MILLIS, EVIDENCE, manualRig, workOf } from "../testing/manual-rig.ts";
import { bindingRow, type Rig } from "../testing/rotation-rig.ts";
import { completeManualRotation } from "./complete-manual-rotation.ts";
import { settleManualCompletion } from "./settle-manual-completion.ts";

let rig: Rig;
let completionId: string;
const performedAt = new Date(Date.now() - 3_600_000);

beforeEach(async () => {
  rig = await manualRig({ isConfirmed: true });
  const { bindingId } = rig;
  const input = { bindingId, performedAt, evidence: EVIDENCE };
  ({ completionId } = await runVerb(completeManualRotation, rig.officer, input));
});

const settle = (by: string, decision: "confirm" | "reject", role: Role = "security-officer") =>
  runVerb(settleManualCompletion, userOf(rig.tenant, by, { roles: [role] }), {
    completionId,
    decision,
    note: "the minutes were looked at",
  });

test("a second officer confirms it: then it counts, from when it was done", async () => {
  const { dueAt } = await settle("second", "confirm");
  expect(dueAt).toEqual(new Date(performedAt.getTime() + 90 * DAY_MILLIS));
  expect((await bindingRow(rig)).last_rotated_at).toEqual(performedAt);
  expect((await workOf(rig))?.completions).toMatchObject([
    {
      state: "confirmed",
      settledBy: { subject: "second" },
      settleNote: "the minutes were looked at",
    },
  ]);
  const events = (await eventsOf(rig.tenant)).map(({ type }) => type);
  expect(events.slice(-2)).toEqual([
    "runtime.secrets.manual-rotation-reported",
    "runtime.secrets.manual-rotation-completed",
  ]);
  await expect(settle("third", "confirm")).rejects.toMatchObject({ code: "conflict" });
});

test("whoever did it can't confirm it, nor can who lacks the role; either way it waits", async () => {
  await expect(settle("officer", "confirm")).rejects.toMatchObject({ code: "forbidden" });
  await expect(settle("admin", "confirm", "sovereign-admin")).rejects.toMatchObject({
    code: "forbidden",
    message: "Confirming this takes the role security-officer.",
  });
  await expect(settle("dev", "confirm", "developer")).rejects.toMatchObject({
    code: "forbidden",
  });
  expect((await workOf(rig))?.completions).toMatchObject([{ state: "awaiting_confirmation" }]);
});

test("somebody of the same name at another realm is another, and does not count as the second", async () => {
  const caller = userOf(rig.tenant, "officer");
  if (caller.actor.kind !== "user") throw new Error("no user");
  const stranger = {
    ...caller,
    actor: { ...caller.actor, issuer: "https://idp.test/realms/elsewhere" },
  };
  const input = { completionId, decision: "confirm", note: "" } as const;
  await expect(runVerb(settleManualCompletion, stranger, input)).rejects.toMatchObject({
    code: "forbidden",
    message: "The second person has to be of the same realm.",
  });
});

test("rejected, it counts for nothing, and it can be reported again", async () => {
  const before = await bindingRow(rig);
  expect(await settle("second", "reject")).toMatchObject({ state: "rejected" });
  expect((await bindingRow(rig)).last_rotated_at).toEqual(before.last_rotated_at);
  const { bindingId } = rig;
  const again = await runVerb(completeManualRotation, rig.officer, {
    bindingId,
    evidence: EVIDENCE,
  });
  expect(again.state).toBe("awaiting_confirmation");
});

test("another tenant's completion is absent", async () => {
  const other = await manualRig();
  const input = { completionId, decision: "confirm", note: "" } as const;
  await expect(
    runVerb(settleManualCompletion, userOf(other.tenant, "second"), input),
  ).rejects.toMatchObject({ code: "not_found" });
});
