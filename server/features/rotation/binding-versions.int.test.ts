import { expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { bindingVersions } from "./binding-versions.ts";
import { claim, force, newRig, type Rig, walkTo } from "./testing/rotation-rig.ts";
import { beginStep } from "./verbs/begin-step.ts";
import { recordStep } from "./verbs/record-step.ts";

const versionsOf = (rig: Rig, tenant = rig.tenant) =>
  withTenant(tenant, "tenant", (tx) => bindingVersions(tx, tenant, rig.bindingId));

test("versions have the times at which rotations made and ended them", async () => {
  const rig = await newRig({ graceSeconds: 0 });
  expect((await versionsOf(rig)).versions).toMatchObject([{ version: 1, isCurrent: true }]);
  const { rotationId } = await force(rig);
  const held = await claim(rig, rotationId);
  await walkTo(rig, held, "promoted");
  const inGrace = await versionsOf(rig);
  expect(inGrace.versions).toMatchObject([
    { version: 2, isCurrent: true, rotationId, endedAt: null },
    { version: 1, isCurrent: false, rotationId: null, madeAt: null, endedAt: null },
  ]);
  expect(inGrace.versions[0]?.madeAt).toBeInstanceOf(Date);
  await runVerb(beginStep, rig.worker, { ...held, step: "settle" });
  await runVerb(recordStep, rig.worker, { ...held, to: "grace" });
  const again = await claim(rig, rotationId);
  await runVerb(beginStep, rig.worker, { ...again, step: "revoke" });
  await runVerb(recordStep, rig.worker, { ...again, to: "verified_dead" });
  const [newest, oldest] = (await versionsOf(rig)).versions;
  expect(newest).toMatchObject({ version: 2, isCurrent: true, endedAt: null });
  expect(oldest?.endedAt?.getTime()).toBeGreaterThan(newest?.madeAt?.getTime() ?? 0);
});

test("another tenant's credential is not found", async () => {
  const rig = await newRig();
  const other = await newTenant("rotation");
  await expect(versionsOf(rig, other)).rejects.toMatchObject({ code: "not_found" });
});
