import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newRegions, observe } from "../testing/region-rig.ts";
import { beginObservation } from "./begin-observation.ts";

const storeId = "openbao/muscat";

test("a store is one worker's at a time; the primary gets a marker of its own number", async () => {
  const rig = await newRegions();
  const { task } = await runVerb(beginObservation, rig.worker, { storeId });
  expect(task).toMatchObject({ region: "muscat", role: "primary", marker: { sequence: 1 } });
  expect(await runVerb(beginObservation, rig.worker, { storeId })).toEqual({ task: null });
  const elsewhere = await runVerb(beginObservation, rig.worker, { storeId: "openbao/salalah" });
  expect(elsewhere.task).toMatchObject({ role: "read-only", marker: null, isReplicated: true });
});

test("a worker that died is followed by another, with a later marker: no number is given out twice", async () => {
  const rig = await newRegions();
  const first = await runVerb(beginObservation, rig.worker, { storeId });
  await asSuperuser(
    "UPDATE store_observation SET lease_until = clock_timestamp() WHERE tenant_id = $1",
    [rig.tenant],
  );
  const second = await runVerb(beginObservation, rig.worker, { storeId });
  expect(second.task?.marker?.sequence).toBe(2);
  expect(Number(second.task?.fence)).toBeGreaterThan(Number(first.task?.fence));
});

test("what is not due is left alone", async () => {
  const rig = await newRegions();
  await observe(rig, "muscat");
  expect(await runVerb(beginObservation, rig.worker, { storeId })).toEqual({ task: null });
});

test("an absent store is not found, also when another tenant has it; a person may not", async () => {
  const [rig, other] = [
    await newRegions(),
    await newRegions([
      {
        name: "east",
        displayName: "East",
        addresses: ["http://x"],
        role: "primary",
        replication: "none",
        maxLagSeconds: 9,
      },
    ]),
  ];
  await expect(
    runVerb(beginObservation, rig.worker, { storeId: "openbao/east" }),
  ).rejects.toMatchObject({ code: "not_found" });
  await expect(
    runVerb(beginObservation, other.admin, { storeId: "openbao/east" }),
  ).rejects.toMatchObject({ code: "forbidden" });
  await expect(runVerb(beginObservation, rig.worker, { storeId: "east" })).rejects.toMatchObject({
    code: "invalid",
    details: { field: "storeId" },
  });
});
