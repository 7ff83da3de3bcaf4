import { beforeEach, expect, test } from "vitest";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { admin, grantTo, offer, runOut } from "../testing/elevation-fixture.ts";
import { beginProjection } from "./begin-projection.ts";
import { recordProjection } from "./record-projection.ts";

let tenant: AuthorizedTenantId;
let projectionId: string;
let grantId: string;
beforeEach(async () => {
  tenant = await newTenant();
  await offer(tenant, { projections: [{ kind: "keycloak-role", role: "elevated-production" }] });
  grantId = (await grantTo(admin(tenant))).grantId;
  const [row] = await asSuperuser<{ projection_id: string }>(
    "SELECT projection_id FROM elevation_projection WHERE tenant_id = $1",
    [tenant],
  );
  projectionId = row?.projection_id ?? "";
});
const worker = () => workerOf(tenant, ["runtime.elevation.project"]);
const begin = () => runVerb(beginProjection, worker(), { projectionId });
const record = (fence: number, how: "stands" | "gone") =>
  runVerb(recordProjection, worker(), { projectionId, fence, seen: { how } });

test("one worker has it at a time; a late word of an earlier one counts for nothing", async () => {
  const [one, two] = await Promise.all([begin(), begin()]);
  const [work] = [one, two].filter((each) => each.act === "project");
  expect([one.act, two.act].sort()).toEqual(["nothing", "project"]);
  if (work?.act !== "project") throw new Error("no work");
  await asSuperuser(
    "UPDATE elevation_projection SET lease_until = clock_timestamp() WHERE tenant_id = $1",
    [tenant],
  );
  const again = await begin();
  expect(await record(work.fence, "stands")).toEqual({ state: "projecting" });
  if (again.act !== "project") throw new Error("no work");
  expect(await record(again.fence, "stands")).toEqual({ state: "projected" });
});

test("only what was read to be gone is gone", async () => {
  const work = await begin();
  if (work.act === "nothing") throw new Error("no work");
  await record(work.fence, "stands");
  await runOut(tenant, grantId);
  const removal = await begin();
  if (removal.act !== "remove") throw new Error("no removal");
  expect(await record(removal.fence, "stands")).toEqual({ state: "revoking" });
  const next = await begin();
  if (next.act !== "remove") throw new Error("no removal");
  expect(await record(next.fence, "gone")).toEqual({ state: "gone" });
  expect(await begin()).toEqual({ act: "nothing" });
});

test("what was never made is not taken away: over before it began", async () => {
  await runOut(tenant, grantId);
  expect(await begin()).toEqual({ act: "nothing" });
  const foreign = workerOf(await newTenant(), ["runtime.elevation.project"]);
  await expect(runVerb(beginProjection, foreign, { projectionId })).rejects.toMatchObject({
    code: "not_found",
  });
});
