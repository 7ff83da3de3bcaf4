import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf, FACTS, newRegions, observe, REGIONS, storeOf } from "../testing/region-rig.ts";
import { recordObservation } from "./record-observation.ts";

test("what changed is told once; indexes that move by themselves are kept without an event", async () => {
  const rig = await newRegions();
  const { recorded } = await observe(rig, "muscat");
  expect(recorded).toEqual({ isRecorded: true, state: "active", changedFrom: "unknown" });
  await observe(rig, "muscat", { facts: { ...FACTS, committedIndex: 2_000, appliedIndex: 1_990 } });
  expect((await storeOf(rig, "muscat")).facts).toMatchObject({
    committedIndex: 2_000,
    appliedIndex: 1_990,
  });
  expect(await eventsOf(rig, "store/openbao/muscat")).toEqual(["runtime.regions.observed"]);
  const since = (await storeOf(rig, "muscat")).state_since;
  const { recorded: sealed } = await observe(rig, "muscat", {
    state: "sealed",
    marker: "unreadable",
  });
  expect(sealed).toMatchObject({ state: "sealed", changedFrom: "active" });
  expect((await storeOf(rig, "muscat")).state_since.getTime()).toBeGreaterThan(since.getTime());
  expect(await eventsOf(rig, "store/openbao/muscat")).toHaveLength(2);
});

test("the lag is that of the newest marker seen; without replication it is unknown, and says why", async () => {
  const rig = await newRegions();
  const { task } = await observe(rig, "muscat");
  if (!task.marker) throw new Error("no marker");
  await observe(rig, "salalah", { marker: task.marker });
  expect(await storeOf(rig, "salalah")).toMatchObject({
    lag: "within-limit",
    lag_reason: "seen",
    marker_sequence: "1",
  });
  const old = { sequence: 1, writtenAt: new Date(Date.now() - 400_000) };
  const late = await newRegions();
  await observe(late, "muscat");
  await observe(late, "salalah", { marker: old });
  expect(await storeOf(late, "salalah")).toMatchObject({ lag: "beyond-limit", lag_reason: "seen" });

  const alone = await newRegions(
    REGIONS.map((region) => ({ ...region, replication: "none" as const })),
  );
  await observe(alone, "muscat");
  await observe(alone, "salalah", { marker: "none" });
  expect(await storeOf(alone, "salalah")).toMatchObject({
    lag: "unknown",
    lag_reason: "no-replication",
  });
});

test.each([
  ["never written", { sequence: 99, writtenAt: new Date(0) }],
  ["of tomorrow", { sequence: 1, writtenAt: new Date(Date.now() + 86_400_000) }],
])("a marker %s proves nothing: the lag is unknown", async (_, marker) => {
  const rig = await newRegions();
  await observe(rig, "muscat");
  await observe(rig, "salalah", { marker });
  expect(await storeOf(rig, "salalah")).toMatchObject({
    lag: "unknown",
    lag_reason: "contradiction",
  });
});

test("a region that went back in time is a contradiction, and keeps what was last known", async () => {
  const rig = await newRegions();
  await observe(rig, "muscat");
  const { task } = await observe(rig, "muscat");
  if (!task.marker) throw new Error("no marker");
  await observe(rig, "salalah", { marker: task.marker });
  await observe(rig, "salalah", { marker: { sequence: 1, writtenAt: new Date(0) } });
  expect(await storeOf(rig, "salalah")).toMatchObject({
    lag: "unknown",
    lag_reason: "contradiction",
    marker_sequence: "2",
  });
  await observe(rig, "salalah", { marker: "unreadable", state: "unreachable" });
  expect(await storeOf(rig, "salalah")).toMatchObject({
    lag: "unknown",
    lag_reason: "not-readable",
  });
});

test("a worker that lost its claim is not listened to; a person may not; an absent store is not found", async () => {
  const rig = await newRegions();
  const { task } = await observe(rig, "muscat");
  const said = {
    storeId: task.storeId,
    fence: task.fence,
    state: "sealed",
    facts: FACTS,
    marker: "none",
  } as const;
  expect(await runVerb(recordObservation, rig.worker, said)).toMatchObject({
    isRecorded: false,
    state: "active",
  });
  await expect(runVerb(recordObservation, rig.admin, said)).rejects.toMatchObject({
    code: "forbidden",
  });
  await expect(
    runVerb(recordObservation, rig.worker, { ...said, storeId: "openbao/nowhere" }),
  ).rejects.toMatchObject({ code: "not_found" });
  await expect(
    runVerb(recordObservation, rig.worker, { ...said, state: "fine" as never }),
  ).rejects.toMatchObject({ code: "invalid", details: { field: "state" } });
});
