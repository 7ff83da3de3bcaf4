import { expect, test } from "vitest";
import {
  bind,
  claim,
  force,
  newRig,
  walkTo,
} from "#server/features/rotation/testing/rotation-rig.ts";
import { beginStep } from "#server/features/rotation/verbs/begin-step.ts";
import { recordStep } from "#server/features/rotation/verbs/record-step.ts";
import { runVerb } from "#server/platform/verb.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { tellLastingTrouble } from "./lasting-trouble.ts";

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);
const patience = { doubtMinutes: 10, troubleMinutes: 60 };
const alertsOf = (tenant: string) =>
  asSuperuser<{ kind: string; severity: string; subject_ref: string; detail: string }>(
    "SELECT kind, severity, subject_ref, detail FROM alert WHERE tenant_id = $1 ORDER BY alert_id",
    [tenant],
  );

test("a credential past its limit is told of once for each age, one that is rotated in time is not", async () => {
  const rig = await newRig({ lastRotatedAt: hoursAgo(2) });
  await bind(rig.tenant);
  await tellLastingTrouble(patience);
  await tellLastingTrouble(patience);
  expect(await alertsOf(rig.tenant)).toMatchObject([
    {
      kind: "credential-overdue",
      severity: "critical",
      subject_ref: `secret-binding/${rig.bindingId}`,
    },
  ]);
  await asSuperuser("UPDATE secret_binding SET last_rotated_at = $2 WHERE binding_id = $1", [
    rig.bindingId,
    hoursAgo(3),
  ]);
  await tellLastingTrouble(patience);
  expect(await alertsOf(rig.tenant)).toHaveLength(2);
});

test("many at once are one alert that counts them", async () => {
  const tenant = await newTenant("overdue");
  for (let at = 0; at < 12; at++) await bind(tenant, { lastRotatedAt: hoursAgo(2) });
  await tellLastingTrouble(patience);
  const alerts = await alertsOf(tenant);
  expect(alerts).toHaveLength(1);
  expect(alerts[0]?.detail).toMatch(/^12 credentials are past their age limit: /);
});

test("a doubt that lasts is told of once, a young one is left to be settled", async () => {
  const rig = await newRig();
  const { rotationId } = await force(rig);
  const held = await claim(rig, rotationId);
  await walkTo(rig, held, "verified");
  await runVerb(beginStep, rig.worker, { ...held, step: "promote" });
  const trouble = { errorCode: "vault_outcome_unknown", errorText: "no answer to build on" };
  await runVerb(recordStep, rig.worker, { ...held, to: "indeterminate", ...trouble });
  await tellLastingTrouble(patience);
  expect(await alertsOf(rig.tenant)).toEqual([]);
  await asSuperuser(
    "UPDATE rotation_step SET at = at - interval '11 minutes' WHERE rotation_id = $1",
    [rotationId],
  );
  await tellLastingTrouble(patience);
  await tellLastingTrouble(patience);
  const alerts = await alertsOf(rig.tenant);
  expect(alerts).toMatchObject([{ kind: "rotation-indeterminate", severity: "critical" }]);
  expect(alerts[0]?.detail).toContain("no answer to build on (vault_outcome_unknown)");
});
