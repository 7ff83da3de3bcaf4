import { uuidv7 } from "uuidv7";
import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { claim, force, newRig } from "../testing/rotation-rig.ts";
import { cancelRotation } from "./cancel-rotation.ts";
import { pauseRotation } from "./pause-rotation.ts";
import { resumeRotation } from "./resume-rotation.ts";

const reason = "the database is being moved";

async function paused() {
  const rig = await newRig();
  const { rotationId } = await force(rig);
  await runVerb(pauseRotation, rig.officer, { rotationId, reason });
  return { rig, rotationId };
}

test("goes on where it stopped, and says so once", async () => {
  const { rig, rotationId } = await paused();
  const answer = await runVerb(resumeRotation, rig.officer, { rotationId });
  expect(answer).toEqual({ rotationId, state: "requested" });
  expect((await eventsOf(rig.tenant)).at(-1)?.type).toBe("runtime.secrets.rotation-resumed");
  const count = (await eventsOf(rig.tenant)).length;
  await runVerb(resumeRotation, rig.officer, { rotationId });
  expect(await eventsOf(rig.tenant)).toHaveLength(count);
  expect((await claim(rig, rotationId)).fence).toBe(1n);
});

test("one that is over stays over", async () => {
  const { rig, rotationId } = await paused();
  await runVerb(cancelRotation, rig.officer, { rotationId, reason });
  await expect(runVerb(resumeRotation, rig.officer, { rotationId })).rejects.toMatchObject({
    code: "conflict",
  });
});

test("another tenant's is not found; without the scope forbidden; bad input names the field", async () => {
  const { rig, rotationId } = await paused();
  const foreign = await newRig();
  for (const id of [rotationId, uuidv7()]) {
    await expect(
      runVerb(resumeRotation, foreign.officer, { rotationId: id }),
    ).rejects.toMatchObject({ code: "not_found", message: "No such rotation." });
  }
  const developer = userOf(rig.tenant, "dev", { roles: ["developer"] });
  await expect(runVerb(resumeRotation, developer, { rotationId })).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(runVerb(resumeRotation, rig.officer, { rotationId: "x" })).rejects.toMatchObject({
    code: "invalid",
    details: { field: "rotationId" },
  });
});
