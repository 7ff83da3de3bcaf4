import { uuidv7 } from "uuidv7";
import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { reclaim } from "../testing/consumer-rig.ts";
import { endOld, incidentRow, mark } from "../testing/leak-rig.ts";
import { bindingRow, claim, newRig, walkTo } from "../testing/rotation-rig.ts";
import { closeIncident } from "./close-incident.ts";

const findings = "pushed by mistake; the repository was private to the team.";

test("contained, it is closed with what was found, once", async () => {
  const rig = await newRig();
  const { incidentId, rotationId } = await mark(rig);
  await walkTo(rig, await claim(rig, rotationId ?? ""), "grace");
  await endOld(rig, await reclaim(rig, rotationId ?? ""));
  const closed = await runVerb(closeIncident, rig.officer, { incidentId, findings });
  expect(closed).toEqual({ incidentId, state: "closed" });
  expect(await incidentRow(rig, incidentId)).toMatchObject({ state: "closed", pursue_at: null });
  expect((await eventsOf(rig.tenant)).at(-1)).toMatchObject({
    type: "runtime.incidents.closed",
    actorKind: "user",
    payload: { findings, isProved: true },
  });
  const count = (await eventsOf(rig.tenant)).length;
  await runVerb(closeIncident, rig.officer, { incidentId, findings });
  expect(await eventsOf(rig.tenant)).toHaveLength(count);
  // It may leak again.
  expect((await mark(rig)).incidentId).not.toBe(incidentId);
});

test("without the console's proof it takes a person's", async () => {
  const rig = await newRig({
    rotator: { kind: "none", missing: "no connection to its provider." },
  });
  const { incidentId } = await mark(rig);
  await expect(runVerb(closeIncident, rig.officer, { incidentId, findings })).rejects.toMatchObject(
    { code: "conflict", details: { field: "proofByHand" } },
  );
  const proofByHand = "revoked at the provider; a call with the old token was answered 401";
  await runVerb(closeIncident, rig.officer, { incidentId, findings, proofByHand });
  expect((await bindingRow(rig)).leaked_at).toBeNull();
});

test("another tenant's is not found; without the scope forbidden; bad input names the field", async () => {
  const rig = await newRig();
  const { incidentId } = await mark(rig);
  const foreign = await newRig();
  for (const id of [incidentId, uuidv7()]) {
    await expect(
      runVerb(closeIncident, foreign.officer, { incidentId: id, findings }),
    ).rejects.toMatchObject({ code: "not_found", message: "No such leak incident." });
  }
  const developer = userOf(rig.tenant, "dev", { roles: ["developer"] });
  await expect(runVerb(closeIncident, developer, { incidentId, findings })).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(
    runVerb(closeIncident, rig.officer, { incidentId, findings: "x" }),
  ).rejects.toMatchObject({ code: "invalid", details: { field: "findings" } });
});
