import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { driftWorkerOf } from "../testing/drift-fixture.ts";
import { beginDriftLook } from "./begin-drift-look.ts";

const input = { owner: "w1", leaseSeconds: 60 };

test("one worker has the turn while its lease lasts; a change brings it forward", async () => {
  const tenant = await newTenant("drift");
  const worker = driftWorkerOf(tenant);
  const tries = await Promise.all([1, 2, 3].map(() => runVerb(beginDriftLook, worker, input)));
  expect(tries.filter(({ begun }) => begun !== null)).toHaveLength(1);
  expect(tries.find(({ begun }) => begun)?.begun).toMatchObject({ fence: "1", isSovereign: false });
  const later =
    "UPDATE drift_look SET lease_until = NULL, due_at = clock_timestamp() + interval '1 hour' WHERE tenant_id = $1";
  await asSuperuser(later, [tenant]);
  expect(await runVerb(beginDriftLook, worker, input)).toEqual({ begun: null });
  const hastened = await runVerb(beginDriftLook, worker, { ...input, isHastened: true });
  expect(hastened.begun?.fence).toBe("2");
});

test("no person takes it", async () => {
  const tenant = await newTenant("drift");
  const person = userOf(tenant, "x", { scopes: ["runtime.drift.observe"] });
  await expect(runVerb(beginDriftLook, person, input)).rejects.toMatchObject({ code: "forbidden" });
});
