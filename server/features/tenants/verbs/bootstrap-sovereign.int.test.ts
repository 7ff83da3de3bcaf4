import { beforeAll, expect, test } from "vitest";
import { systemCaller } from "#server/platform/system-caller.ts";
import { mintAuthorizedTenant } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { sovereignTenant, userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { ensureSovereign, ensureTenant } from "../bootstrap.ts";
import { bootstrapSovereign } from "./bootstrap-sovereign.ts";

beforeAll(() => ensureSovereign("omantel", "Omantel"));

const sovereigns = () =>
  asSuperuser("SELECT tenant_id, display_name FROM tenant WHERE kind = 'sovereign'");

test("it runs as often as it likes, also at once, and says so once", async () => {
  const tenant = "many-at-once";
  await Promise.all([1, 2, 3].map(() => ensureTenant(tenant, "Many")));
  await Promise.all([1, 2, 3].map(() => ensureSovereign("omantel", "Another name")));
  expect(await sovereigns()).toEqual([{ tenant_id: "omantel", display_name: "Omantel" }]);
  const events = await eventsOf(sovereignTenant());
  for (const subject of [`tenant/${tenant}`, "tenant/omantel"]) {
    expect(events.filter((event) => event.subject === subject)).toMatchObject([
      { type: "runtime.tenants.created", actorKind: "system" },
    ]);
  }
});

test("there is one Sovereign: a second one is refused, by whatever name", async () => {
  await expect(ensureSovereign("another", "Another")).rejects.toThrow(/one Sovereign/);
  const organization = await newTenant();
  await expect(ensureSovereign(organization, "Risen")).rejects.toMatchObject({ code: "conflict" });
  expect(await sovereigns()).toHaveLength(1);
});

test("it makes its own record only, and a bad slug names the field", async () => {
  const caller = systemCaller("omantel", "bootstrap");
  for (const slug of ["somebody-else", "Not A Slug"]) {
    await expect(
      runVerb(bootstrapSovereign, caller, { slug, displayName: "x" }),
    ).rejects.toMatchObject({ code: "invalid", details: { field: "slug" } });
  }
});

test("nobody who signs in may: the denial is in the log of where they tried", async () => {
  const tenant = await newTenant();
  const admin = userOf(tenant, "admin", { roles: ["sovereign-admin"] });
  await expect(
    runVerb(bootstrapSovereign, admin, { slug: tenant, displayName: "x" }),
  ).rejects.toMatchObject({ code: "forbidden" });
  expect(await eventsOf(mintAuthorizedTenant(tenant))).toMatchObject([
    { type: "runtime.access.denied", payload: { cause: "scope" } },
  ]);
});
