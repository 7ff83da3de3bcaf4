import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf, newRegions, REGIONS, readRegions } from "../testing/region-rig.ts";
import { applyRegions } from "./apply-regions.ts";

test("regions stand as configured, their stores unknown until somebody asks", async () => {
  const rig = await newRegions();
  const { regions, stores } = await readRegions(rig);
  expect(regions).toMatchObject([
    { region: "muscat", role: "primary", configured_role: "primary" },
    { region: "salalah", role: "read-only", replication: "storage-snapshot", max_lag_seconds: 300 },
  ]);
  expect(stores).toMatchObject([
    { store_id: "openbao/muscat", state: "unknown", lag: "unknown", lag_reason: "not-observed" },
    { store_id: "openbao/salalah", state: "unknown", observed_at: null },
  ]);
  const subject = `tenant/${rig.tenant}`;
  expect(await eventsOf(rig, subject)).toEqual(["runtime.regions.configured"]);
  expect(await runVerb(applyRegions, rig.worker, { regions: REGIONS })).toEqual({ changed: [] });
  expect(await eventsOf(rig, subject)).toHaveLength(1);
});

test("the configuration does not move the primary, and may not drop it", async () => {
  const rig = await newRegions();
  const swapped = REGIONS.map((region) => ({
    ...region,
    role: region.role === "primary" ? ("read-only" as const) : ("primary" as const),
  }));
  await runVerb(applyRegions, rig.worker, { regions: swapped });
  expect((await readRegions(rig)).regions).toMatchObject([
    { region: "muscat", role: "primary", configured_role: "read-only" },
    { region: "salalah", role: "read-only", configured_role: "primary" },
  ]);
  const [, salalah] = REGIONS;
  await expect(
    runVerb(applyRegions, rig.worker, { regions: [salalah as never] }),
  ).rejects.toMatchObject({
    code: "conflict",
    message: "regions: muscat is the primary and must stay.",
  });
});

test("one that leaves the configuration is no longer shown; it comes back read-only", async () => {
  const rig = await newRegions();
  const [muscat, salalah] = REGIONS as [(typeof REGIONS)[number], (typeof REGIONS)[number]];
  await runVerb(applyRegions, rig.worker, { regions: [muscat] });
  expect((await readRegions(rig)).regions.map(({ region }) => region)).toEqual(["muscat"]);
  await runVerb(applyRegions, rig.worker, {
    regions: [muscat, { ...salalah, displayName: "Salalah II" }],
  });
  expect((await readRegions(rig)).regions[1]).toMatchObject({
    role: "read-only",
    display_name: "Salalah II",
  });
});

test("a person can't configure regions; bad input names the field", async () => {
  const rig = await newRegions();
  await expect(runVerb(applyRegions, rig.admin, { regions: REGIONS })).rejects.toMatchObject({
    code: "forbidden",
  });
  const wrong = [{ ...REGIONS[0], maxLagSeconds: -1 }] as typeof REGIONS;
  await expect(runVerb(applyRegions, rig.worker, { regions: wrong })).rejects.toMatchObject({
    code: "invalid",
    details: { field: "regions.0.maxLagSeconds" },
  });
});
