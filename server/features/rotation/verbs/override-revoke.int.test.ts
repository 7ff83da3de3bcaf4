import { uuidv7 } from "uuidv7";
import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { IN_USE, inGrace, look, reclaim } from "../testing/consumer-rig.ts";
import { newRig, rotationRow } from "../testing/rotation-rig.ts";
import { beginStep } from "./begin-step.ts";
import { overrideRevoke } from "./override-revoke.ts";

const reason = "the report runner is decommissioned tonight";

/** A rotation whose end is held back, because the target counts sessions. */
async function held() {
  const { rig, rotationId } = await inGrace();
  await look(rig, rotationId, null, [IN_USE]);
  const claimed = await reclaim(rig, rotationId);
  await runVerb(beginStep, rig.worker, { ...claimed, step: "revoke" });
  return { rig, rotationId };
}

test("overridden with a reason, the old value is ended although it is in use", async () => {
  const { rig, rotationId } = await held();
  const answer = await runVerb(overrideRevoke, rig.officer, { rotationId, reason });
  expect(answer).toEqual({ rotationId, state: "grace" });
  expect((await eventsOf(rig.tenant)).at(-1)).toMatchObject({
    type: "runtime.secrets.revocation-overridden",
    actorKind: "user",
    payload: { rotationId, reason, heldFor: "old_value_in_use" },
  });
  const count = (await eventsOf(rig.tenant)).length;
  await runVerb(overrideRevoke, rig.officer, { rotationId, reason });
  expect(await eventsOf(rig.tenant)).toHaveLength(count);
  const claimed = await reclaim(rig, rotationId);
  await look(rig, rotationId, null, [IN_USE]);
  const begun = await runVerb(beginStep, rig.worker, { ...claimed, step: "revoke" });
  expect(begun).toMatchObject({ state: "revoking", isWaiting: false });
});

test("what nothing holds back is not overridden", async () => {
  const { rig, rotationId } = await inGrace();
  await look(rig, rotationId, null, [IN_USE]);
  await expect(runVerb(overrideRevoke, rig.officer, { rotationId, reason })).rejects.toMatchObject({
    code: "conflict",
  });
  expect(await rotationRow(rig, rotationId)).toMatchObject({ state: "grace" });
});

test("another tenant's is not found; without the scope forbidden; bad input names the field", async () => {
  const { rig, rotationId } = await held();
  const foreign = await newRig();
  for (const id of [rotationId, uuidv7()]) {
    await expect(
      runVerb(overrideRevoke, foreign.officer, { rotationId: id, reason }),
    ).rejects.toMatchObject({ code: "not_found", message: "No such rotation." });
  }
  const developer = userOf(rig.tenant, "dev", { roles: ["developer"] });
  await expect(runVerb(overrideRevoke, developer, { rotationId, reason })).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(
    runVerb(overrideRevoke, rig.officer, { rotationId, reason: "no" }),
  ).rejects.toMatchObject({ code: "invalid", details: { field: "reason" } });
});
