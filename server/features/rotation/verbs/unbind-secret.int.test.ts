import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { bindingRow, force, newRig, rotationRow } from "../testing/rotation-rig.ts";
import { bindSecret } from "./bind-secret.ts";
import { cancelRotation } from "./cancel-rotation.ts";
import { unbindSecret } from "./unbind-secret.ts";

const reason = "the service was switched off";

test("ends a reference, once; binding the path again takes it up with its age", async () => {
  const tenant = await newTenant("unbind");
  const officer = userOf(tenant, "officer");
  const input = {
    name: "token",
    class: "api-token" as const,
    environment: "prod" as const,
    store: "openbao" as const,
    path: `${tenant}/prod/token`,
    owner: "team-orders",
    rotator: { kind: "kv-generated" as const, field: "value", bytes: 32, keep: [] },
    currentVersion: 3,
    lastRotatedAt: new Date("2026-10-01T00:00:00Z"),
  };
  const { bindingId } = await runVerb(bindSecret, officer, input);
  const row = () => bindingRow({ tenant, bindingId } as never);
  await runVerb(unbindSecret, officer, { bindingId, reason });
  await runVerb(unbindSecret, officer, { bindingId, reason });
  expect(await row()).toMatchObject({
    state: "retired",
    standing: "retired",
    retired_reason: reason,
    next_rotation_at: null,
  });
  const again = { ...input, currentVersion: 9, lastRotatedAt: new Date() };
  expect(await runVerb(bindSecret, officer, again)).toEqual({ bindingId });
  expect(await row()).toMatchObject({
    state: "active",
    retired_at: null,
    retired_reason: null,
    current_version: 3,
    last_rotated_at: input.lastRotatedAt,
    next_rotation_at: expect.any(Date),
  });
  const events = (await eventsOf(tenant)).filter(({ subject }) => subject.endsWith(bindingId));
  expect(events.map(({ type, payload }) => [type, payload?.outcome ?? payload?.reason])).toEqual([
    ["runtime.secrets.bound", "created"],
    ["runtime.secrets.unbound", reason],
    ["runtime.secrets.bound", "restored"],
  ]);
});

test("is refused while a rotation is under way; its history stays", async () => {
  const rig = await newRig();
  const { rotationId } = await force(rig);
  const unbind = () => runVerb(unbindSecret, rig.officer, { bindingId: rig.bindingId, reason });
  await expect(unbind()).rejects.toMatchObject({
    code: "conflict",
    details: { remedy: expect.stringContaining("cancel it") },
  });
  expect(await bindingRow(rig)).toMatchObject({ state: "rotating" });
  await runVerb(cancelRotation, rig.officer, { rotationId, reason });
  await unbind();
  expect(await bindingRow(rig)).toMatchObject({ state: "retired" });
  expect(await rotationRow(rig, rotationId)).toMatchObject({ binding_id: rig.bindingId });
});

test("a foreign reference is not found; without the scope and without a reason it is refused", async () => {
  const rig = await newRig();
  const { bindingId } = rig;
  const stranger = userOf(await newTenant("unbind"), "officer");
  await expect(runVerb(unbindSecret, stranger, { bindingId, reason })).rejects.toMatchObject({
    code: "not_found",
  });
  const developer = userOf(rig.tenant, "dev", { roles: ["developer"] });
  await expect(runVerb(unbindSecret, developer, { bindingId, reason })).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(
    runVerb(unbindSecret, rig.officer, { bindingId, reason: "short" }),
  ).rejects.toMatchObject({ code: "invalid", details: { field: "reason" } });
});
