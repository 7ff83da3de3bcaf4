import { randomBytes } from "node:crypto";
import { uuidv7 } from "uuidv7";
import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { serviceOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { consumersOf, inGrace, look, reclaim } from "../testing/consumer-rig.ts";
import { bindingRow, newRig, type Rig } from "../testing/rotation-rig.ts";
import { beginStep } from "./begin-step.ts";
import { reportConsumer } from "./report-consumer.ts";

const reporter = (rig: Rig) =>
  serviceOf(rig.tenant, "orders-controller", "unknown", ["runtime.consumers.report"]);
const report = (rig: Rig, over: Record<string, unknown> = {}) =>
  runVerb(reportConsumer, reporter(rig), {
    binding: { bindingId: rig.bindingId },
    workload: { name: "orders-api" },
    version: 1,
    ...over,
  } as never);

test("a workload says which version it uses, by id or by store and path; the log says who said so", async () => {
  const rig = await newRig();
  const first = await report(rig);
  expect(first).toMatchObject({ bindingId: rig.bindingId, state: "moved", currentVersion: 1 });
  const { path } = await bindingRow(rig);
  const again = await report(rig, { binding: { store: "openbao", path } });
  expect(again.consumerId).toBe(first.consumerId);
  expect(await consumersOf(rig)).toMatchObject([
    { kind: "reported", name: "orders-api", state: "moved", seen_version: 1 },
  ]);
  expect((await eventsOf(rig.tenant)).at(-1)).toMatchObject({
    type: "runtime.secrets.consumer-reported",
    actorKind: "service",
  });
});

test("after a promotion it has not moved until it reports the new version; until then the old value stays", async () => {
  const { rig, rotationId } = await inGrace();
  await report(rig);
  await look(rig, rotationId, null);
  expect(await consumersOf(rig)).toMatchObject([{ state: "not-yet", reason: "reports-older" }]);
  const held = await reclaim(rig, rotationId);
  const begun = await runVerb(beginStep, rig.worker, { ...held, step: "revoke" });
  expect(begun).toMatchObject({ state: "grace", isWaiting: true });
  expect((await report(rig, { version: 2 })).state).toBe("moved");
  expect(await look(rig, rotationId, null)).toEqual({ isClear: true });
});

test("whose report is overdue is unknown; who reports its end holds nothing back", async () => {
  const { rig, rotationId } = await inGrace();
  await report(rig, { version: 2, reportWithinSeconds: 60 });
  await asSuperuser(
    "UPDATE secret_consumer SET checked_at = checked_at - interval '2 minutes' WHERE binding_id = $1",
    [rig.bindingId],
  );
  expect(await look(rig, rotationId, null)).toEqual({ isClear: false });
  expect(await consumersOf(rig)).toMatchObject([{ state: "unknown", reason: "report-late" }]);
  await report(rig, { version: undefined, isGone: true });
  expect((await consumersOf(rig))[0]?.gone_at).not.toBeNull();
  expect(await look(rig, rotationId, null)).toEqual({ isClear: true });
});

test("what reads like a secret is refused and quoted nowhere; so are fields that are not known", async () => {
  const rig = await newRig();
  const value = `cnry-${randomBytes(12).toString("hex")}`;
  for (const over of [
    { workload: { name: value } },
    { workload: { name: "orders-api", namespace: value } },
    { binding: { store: "openbao", path: value } },
    { workload: { name: "orders-api", [value]: "x" } },
    { password: value },
    { [value]: 1 },
  ]) {
    const refusal = await report(rig, over).catch((error: Error) => error);
    expect(refusal).toMatchObject({ code: "invalid" });
    expect(JSON.stringify([refusal, (refusal as Error).message])).not.toContain(value);
  }
  expect(await consumersOf(rig)).toEqual([]);
});

test("a version from the future, one from nowhere and a use to come are refused", async () => {
  const rig = await newRig();
  await expect(report(rig, { version: 9 })).rejects.toMatchObject({ code: "conflict" });
  await expect(report(rig, { version: undefined })).rejects.toMatchObject({
    code: "invalid",
    details: { field: "version" },
  });
  const usedAt = new Date(Date.now() + 3_600_000);
  await expect(report(rig, { usedAt })).rejects.toMatchObject({ details: { field: "usedAt" } });
});

test("the same key is one report; another tenant's binding is not found; a person may not", async () => {
  const rig = await newRig();
  const caller = { ...reporter(rig), idempotencyKey: "report-0001" };
  const input = {
    binding: { bindingId: rig.bindingId },
    workload: { name: "orders-api" },
    version: 1,
  };
  const first = await runVerb(reportConsumer, caller, input);
  const count = (await eventsOf(rig.tenant)).length;
  expect(await runVerb(reportConsumer, caller, input)).toEqual(first);
  expect(await eventsOf(rig.tenant)).toHaveLength(count);
  const foreign = await newRig();
  for (const bindingId of [rig.bindingId, uuidv7()]) {
    await expect(report(foreign, { binding: { bindingId } })).rejects.toMatchObject({
      code: "not_found",
      message: "No such secret binding.",
    });
  }
  await expect(runVerb(reportConsumer, rig.officer, input)).rejects.toMatchObject({
    code: "forbidden",
  });
});
