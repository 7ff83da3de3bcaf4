import { beforeEach, expect, test } from "vitest";
import { newRig, REASON } from "#server/features/rotation/testing/rotation-rig.ts";
import { forceRotate } from "#server/features/rotation/verbs/force-rotate.ts";
import { elevated } from "#server/platform/authz/production-rights.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { developer, runOut } from "../testing/elevation-fixture.ts";
import { activateGrant } from "./activate-grant.ts";

let tenant: AuthorizedTenantId;
beforeEach(async () => {
  tenant = await newTenant();
});
const open = (
  caller = developer(tenant),
  scopes: string[] = ["runtime.secrets.rotate"],
  environment: "prod" | "dev" = "prod",
) =>
  runVerb(activateGrant, caller, {
    kind: "break-glass",
    environment,
    scopes: scopes as never,
    reason: "The shop is down",
    durationSeconds: 900,
    proof: { method: "webauthn", acr: null },
  });

test("live at once for exactly so long, for the person who calls and nobody else", async () => {
  const grant = await open();
  expect(grant.endsAt.getTime() - grant.startsAt.getTime()).toBe(900_000);
  const scopes = (await elevated(developer(tenant))).scopes;
  expect(scopes.has("runtime.secrets.rotate")).toBe(true);
  expect((await elevated(developer(tenant, "other"))).elevation).toBeUndefined();
  const sameName = userOf(tenant, "developer", { issuer: "https://other.test/realms/x" });
  expect((await elevated(sameName)).elevation).toBeUndefined();
  expect((await elevated(developer(await newTenant()))).elevation).toBeUndefined();
});

test("what overlaps adds up, and each ends by itself", async () => {
  const first = await open();
  await open(developer(tenant), ["runtime.secrets.override"]);
  const held = async () => [...((await elevated(developer(tenant))).scopes ?? [])];
  expect(await held()).toEqual(
    expect.arrayContaining(["runtime.secrets.rotate", "runtime.secrets.override"]),
  );
  await runOut(tenant, first.grantId);
  expect(await held()).toContain("runtime.secrets.override");
  expect(await held()).not.toContain("runtime.secrets.rotate");
});

test("a grant to rotate reaches credentials of its environment, and no other", async () => {
  const rig = await newRig();
  const ada = developer(rig.tenant, "ada");
  const rotate = async () =>
    runVerb(forceRotate, await elevated(ada), { bindingId: rig.bindingId, reason: REASON });
  await expect(rotate()).rejects.toMatchObject({ code: "forbidden" });
  await open(ada, ["runtime.secrets.rotate"], "dev");
  await expect(rotate()).rejects.toMatchObject({ code: "elevation_required" });
  await open(ada);
  expect(await rotate()).toMatchObject({ bindingId: rig.bindingId });
});

test("only people are elevated, and only by scopes that a grant may add", async () => {
  const machine = workerOf(tenant, ["runtime.elevation.request"]);
  await expect(open(machine)).rejects.toMatchObject({ code: "forbidden" });
  await expect(open(developer(tenant), ["runtime.denials.publish"])).rejects.toMatchObject({
    code: "invalid",
  });
});
