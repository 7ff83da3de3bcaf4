import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { admin, grantTo, offer } from "../testing/elevation-fixture.ts";
import { beginProjection } from "./begin-projection.ts";

test("nothing is made before the grant starts", async () => {
  const tenant = await newTenant();
  await offer(tenant, { projections: [{ kind: "keycloak-role", role: "elevated-production" }] });
  await grantTo(admin(tenant), { startsAt: new Date(Date.now() + 3_600_000) });
  const [row] = await asSuperuser<{ projection_id: string }>(
    "SELECT projection_id FROM elevation_projection WHERE tenant_id = $1",
    [tenant],
  );
  const worker = workerOf(tenant, ["runtime.elevation.project"]);
  const begin = () => runVerb(beginProjection, worker, { projectionId: row?.projection_id ?? "" });
  expect(await begin()).toEqual({ act: "nothing" });
  await asSuperuser(
    "UPDATE elevation_grant SET starts_at = clock_timestamp() WHERE tenant_id = $1",
    [tenant],
  );
  await asSuperuser(
    "UPDATE elevation_projection SET due_at = clock_timestamp() WHERE tenant_id = $1",
    [tenant],
  );
  expect(await begin()).toMatchObject({ act: "project", kind: "keycloak-role" });
});
