import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { workerOf } from "#test/fixtures/callers.ts";
import { newRig } from "../testing/rotation-rig.ts";
import { tellOverdue } from "./tell-overdue.ts";

const scopes = ["runtime.rotations.execute", "runtime.alerts.raise"] as const;

test("counts what it told of, and tells each age once", async () => {
  const rig = await newRig({ lastRotatedAt: new Date(Date.now() - 7_200_000) });
  const worker = workerOf(rig.tenant, [...scopes]);
  expect(await runVerb(tellOverdue, worker, {})).toEqual({ told: 1 });
  expect(await runVerb(tellOverdue, worker, {})).toEqual({ told: 0 });
});

test("is the worker's alone, and needs the scope to raise alerts", async () => {
  const rig = await newRig({ lastRotatedAt: new Date(Date.now() - 7_200_000) });
  await expect(runVerb(tellOverdue, rig.officer, {})).rejects.toMatchObject({ code: "forbidden" });
  const mute = workerOf(rig.tenant, ["runtime.rotations.execute"]);
  await expect(runVerb(tellOverdue, mute, {})).rejects.toMatchObject({ code: "forbidden" });
});
