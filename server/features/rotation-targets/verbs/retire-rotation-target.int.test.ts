import { expect, test } from "vitest";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { sovereignTenant, userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { targetsHere } from "../queries.ts";
import { newTargetName, REASON, register, sovereignAdmin } from "../testing/target-fixture.ts";
import { retireRotationTarget } from "./retire-rotation-target.ts";

test("goes out of use, once, and can be registered again", async () => {
  const tenant = await newTenant("targets");
  const name = newTargetName();
  const { targetId } = await register({ name });
  const admin = await sovereignAdmin();
  const isHere = async () =>
    (await withTenant(tenant, "tenant", targetsHere)).some((target) => target.name === name);
  expect(await isHere()).toBe(true);
  await runVerb(retireRotationTarget, admin, { name, reason: REASON });
  await runVerb(retireRotationTarget, admin, { name, reason: REASON });
  expect(await isHere()).toBe(false);
  expect((await register({ name })).outcome).toBe("restored");
  expect(await isHere()).toBe(true);
  const events = (await eventsOf(sovereignTenant())).filter(
    (event) => event.subject === `rotation-target/${targetId}`,
  );
  expect(events.map((event) => event.type)).toEqual([
    "runtime.targets.saved",
    "runtime.targets.retired",
    "runtime.targets.saved",
  ]);
});

test("one that isn't there is not found; nobody else's to retire; the reason is asked for", async () => {
  const admin = await sovereignAdmin();
  const retire = (caller: typeof admin, name: string, reason = REASON) =>
    runVerb(retireRotationTarget, caller, { name, reason });
  await expect(retire(admin, newTargetName())).rejects.toMatchObject({ code: "not_found" });
  const { name } = await register();
  const tenant = await newTenant("targets");
  const inside = userOf(tenant, "admin", { roles: ["sovereign-admin"] });
  await expect(retire(inside, name)).rejects.toMatchObject({ code: "forbidden" });
  await expect(retire(userOf(sovereignTenant(), "officer"), name)).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(retire(admin, name, "short")).rejects.toMatchObject({
    code: "invalid",
    details: { field: "reason" },
  });
});
