import { expect, test } from "vitest";
import { ensureTenant } from "#server/features/tenants/index.ts";
import { mintAuthorizedTenant } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { newSlug, sovereignAdmin } from "../testing/plan-fixture.ts";
import { shredTenant } from "./shred-tenant.ts";

test("keys of a tenant that is not being offboarded are not destroyed, by nobody", async () => {
  await sovereignAdmin();
  const slug = newSlug();
  await ensureTenant(slug, "Shop");
  const tenant = mintAuthorizedTenant(slug);
  const worker = workerOf(tenant, ["runtime.tenants.carry-out"]);
  await expect(runVerb(shredTenant, worker, {})).rejects.toMatchObject({ code: "conflict" });
  const admin = userOf(tenant, "admin", { roles: ["sovereign-admin"] });
  await expect(runVerb(shredTenant, admin, {})).rejects.toMatchObject({ code: "forbidden" });
});
