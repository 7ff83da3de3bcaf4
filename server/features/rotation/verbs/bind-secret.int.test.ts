import { expect, test } from "vitest";
import { systemCaller } from "#server/platform/system-caller.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import {
  base,
  bindingInput,
  bindingRow,
  claim,
  force,
  newRig,
  walkTo,
} from "../testing/rotation-rig.ts";
import { bindSecret } from "./bind-secret.ts";

test("makes a reference, once, with the date its rule gives", async () => {
  const tenant = await newTenant("rotation");
  const caller = systemCaller(tenant, "test");
  const rotatedAt = new Date("2026-01-01T00:00:00Z");
  const input = bindingInput({ lastRotatedAt: rotatedAt });
  const { bindingId } = await runVerb(bindSecret, caller, input);
  const rig = { tenant, bindingId } as Awaited<ReturnType<typeof newRig>>;
  const row = await bindingRow(rig);
  expect(row).toMatchObject({ state: "active", last_rotated_at: rotatedAt });
  // Jitter of half the lead at most.
  expect(row.next_rotation_at >= new Date("2026-01-01T00:55:00Z")).toBe(true);
  expect(row.next_rotation_at <= new Date("2026-01-01T00:57:30Z")).toBe(true);
  expect(await runVerb(bindSecret, caller, { ...input, lastRotatedAt: new Date() })).toEqual({
    bindingId,
  });
  const events = await eventsOf(tenant);
  expect(events.map((event) => event.type)).toEqual(["runtime.secrets.bound"]);
});

test("changes a reference, and says so; which role is active stays what rotations made of it", async () => {
  const rig = await newRig();
  const { name, path } = await bindingRow(rig);
  const held = await claim(rig, (await force(rig)).rotationId);
  await walkTo(rig, held, "promoted");
  const caller = systemCaller(rig.tenant, "test");
  const moved = { ...base(name), path };
  moved.rotator.target.port = 6432;
  await runVerb(bindSecret, caller, moved);
  expect((await bindingRow(rig)).rotator).toMatchObject({
    activeRole: "orders-b",
    standbyRole: "orders-a",
    target: { port: 6432 },
  });
  expect((await eventsOf(rig.tenant)).at(-1)?.type).toBe("runtime.secrets.binding-changed");
  moved.rotator.standbyRole = "somebody-else";
  await expect(runVerb(bindSecret, caller, moved)).rejects.toMatchObject({ code: "conflict" });
});

test.each([
  [{ path: "../other" }, "path"],
  [{ path: "a//b" }, "path"],
  [{ path: "a/../b" }, "path"],
  [{ name: "" }, "name"],
  [{ rotator: { kind: "none", missing: "" } }, "rotator.missing"],
])("bad input names the field: %o", async (over, field) => {
  const tenant = await newTenant("rotation");
  const input = { ...bindingInput(), ...over } as ReturnType<typeof bindingInput>;
  await expect(runVerb(bindSecret, systemCaller(tenant, "test"), input)).rejects.toMatchObject({
    code: "invalid",
    details: { field },
  });
});
