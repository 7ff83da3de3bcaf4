import { uuidv7 } from "uuidv7";
import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { mark, pursuerOf } from "../testing/leak-rig.ts";
import { newRig, type Rig } from "../testing/rotation-rig.ts";
import { recordIncidentSources } from "./record-incident-sources.ts";

const AWAY = { source: "vault-policies", state: "unknown", reason: "permission-denied" } as const;
const READ = {
  source: "vault-policies",
  state: "read",
  findings: [{ name: "orders-readers", detail: "secret/data/orders/*", human: "unknown" }],
} as const;
const rowsOf = (rig: Rig) =>
  asSuperuser<{ source: string; state: string; reason: string; found: number }>(
    "SELECT source, state, reason, found FROM incident_source WHERE tenant_id = $1",
    [rig.tenant],
  );

test("what was read is kept, names in the payload only; away later unlearns nothing", async () => {
  const rig = await newRig();
  const { incidentId } = await mark(rig);
  const record = (...answers: (typeof AWAY | typeof READ)[]) =>
    runVerb(recordIncidentSources, pursuerOf(rig), {
      incidentId,
      answers: answers.map((each) => ({
        ...each,
        findings: "findings" in each ? [...each.findings] : [],
      })),
    });
  await record(AWAY);
  expect(await rowsOf(rig)).toMatchObject([{ state: "unknown", reason: "permission-denied" }]);
  await record(READ);
  await record(AWAY);
  const rows = await rowsOf(rig);
  expect(rows).toMatchObject([{ source: "vault-policies", state: "read", found: 1 }]);
  expect(JSON.stringify(rows)).not.toContain("orders-readers");
  const events = (await eventsOf(rig.tenant)).filter(
    ({ type }) => type === "runtime.incidents.sources-asked",
  );
  expect(events).toHaveLength(3);
  expect(events[1]?.payload.answers[0].findings[0].name).toBe("orders-readers");
});

test("only the worker may; another tenant's is not found; bad input names the field", async () => {
  const rig = await newRig();
  const { incidentId } = await mark(rig);
  const input = { incidentId, answers: [AWAY] };
  await expect(runVerb(recordIncidentSources, rig.officer, input)).rejects.toMatchObject({
    code: "forbidden",
  });
  const foreign = pursuerOf(await newRig());
  for (const id of [incidentId, uuidv7()]) {
    await expect(
      runVerb(recordIncidentSources, foreign, { ...input, incidentId: id }),
    ).rejects.toMatchObject({ code: "not_found", message: "No such leak incident." });
  }
  await expect(
    runVerb(recordIncidentSources, pursuerOf(rig), { incidentId, answers: [] }),
  ).rejects.toMatchObject({ code: "invalid", details: { field: "answers" } });
});
