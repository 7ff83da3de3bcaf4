import { afterAll, beforeAll, expect, test } from "vitest";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { type RemediationWorld, remediationWorld } from "./testing/remediation-world.ts";

let world: RemediationWorld;
beforeAll(async () => {
  world = await remediationWorld();
});
afterAll(() => world.close());

test("proposed, dry-run, approved by another, applied under our own manager, verified by the next look", async () => {
  world.drifted("colors", { sky: "blue", grass: "green" }, { sky: "red", grass: "green" });
  const id = await world.propose("colors");
  await world.comesTo(id, "awaiting_approval");
  const planned = await world.detail(id);
  expect(planned).toMatchObject({
    action: "apply",
    overrides: ["kubectl-edit"],
    changes: [{ path: "/data/sky", kind: "changed", desired: "blue", live: "red" }],
  });
  expect(planned.approval).toMatchObject({
    kind: "remediation",
    yourPart: expect.stringMatching(/requester|no-scope/),
  });
  expect(world.stored("ConfigMap", "colors")).toMatchObject({ data: { sky: "red" } });
  await world.approve(id);
  await world.comesTo(id, "verified");
  const mended = world.stored("ConfigMap", "colors");
  expect(mended).toMatchObject({ data: { sky: "blue" } });
  expect(JSON.stringify(mended?.metadata)).toContain("sovereign-console-remediation");
  const [finding] = await asSuperuser<{ state: string }>(
    "SELECT state FROM drift_finding WHERE tenant_id = $1 AND finding_id = $2",
    [world.tenant, planned.findingId],
  );
  expect(finding?.state).toBe("resolved");
  const types = (await eventsOf(world.tenant)).map(({ type }) => type);
  for (const act of ["proposed", "dry-run", "approved", "begun", "applied", "verified"]) {
    expect(types).toContain(`runtime.drift.remediation-${act}`);
  }
  expect(types).toContain("runtime.approvals.executed");
});
