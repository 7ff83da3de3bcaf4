import { uuidv7 } from "uuidv7";
import { expect, test } from "vitest";
import { findDueKeys } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import {
  clusterWith,
  consumersOf,
  IN_USE,
  inGrace,
  look,
  reclaim,
  UNUSED,
} from "../testing/consumer-rig.ts";
import { endOld } from "../testing/leak-rig.ts";
import { force, newRig, rotationRow, stepsOf } from "../testing/rotation-rig.ts";
import { beginStep } from "./begin-step.ts";
import { recordConsumerLook } from "./record-consumer-look.ts";

test("what a look finds is kept, each change an observation; the next look follows by itself", async () => {
  const { rig, rotationId } = await inGrace();
  expect(await look(rig, rotationId, clusterWith("not-yet"))).toEqual({ isClear: false });
  expect(await look(rig, rotationId, clusterWith("not-yet"))).toEqual({ isClear: false });
  expect(await look(rig, rotationId, clusterWith("moved"), [UNUSED])).toEqual({ isClear: true });
  expect(await consumersOf(rig)).toMatchObject([
    {
      name: "Deployment/orders-api",
      state: "moved",
      observations: ["not-yet pods-older", "moved pods-started-after"],
    },
  ]);
  expect((await eventsOf(rig.tenant)).at(-1)).toMatchObject({
    type: "runtime.secrets.consumers-observed",
    actorKind: "worker",
  });
});

test("a source that is away leaves consumers unknown, never moved; a whole reading without them ends them", async () => {
  const { rig, rotationId } = await inGrace();
  await look(rig, rotationId, clusterWith("moved"));
  const away = { state: "away", reason: "cluster-unreadable" } as const;
  expect(await look(rig, rotationId, away)).toEqual({ isClear: false });
  expect(await consumersOf(rig)).toMatchObject([
    { state: "unknown", reason: "cluster-unreadable" },
  ]);
  await look(rig, rotationId, null);
  expect(await consumersOf(rig)).toMatchObject([{ state: "unknown", reason: "no-source" }]);
  const inPart = { state: "read", cluster: "muscat-1", isComplete: false, consumers: [] } as const;
  await look(rig, rotationId, { ...inPart, consumers: [] });
  expect(await consumersOf(rig)).toMatchObject([{ state: "unknown", reason: "read-in-part" }]);
  const whole = { ...inPart, isComplete: true, consumers: [] };
  expect(await look(rig, rotationId, whole)).toEqual({ isClear: true });
  expect((await consumersOf(rig))[0]?.gone_at).not.toBeNull();
});

test("the revocation is held inside the verb while the target counts sessions, and goes on when it counts none", async () => {
  const { rig, rotationId } = await inGrace();
  await look(rig, rotationId, null, [IN_USE]);
  const held = await reclaim(rig, rotationId);
  const begun = await runVerb(beginStep, rig.worker, { ...held, step: "revoke" });
  expect(begun).toMatchObject({ state: "grace", isWaiting: true });
  const row = await rotationRow(rig, rotationId);
  expect(row).toMatchObject({ state: "grace", error_code: "old_value_in_use", lease_until: null });
  expect(row.error_text).toContain("2 uses");
  expect(row.grace_until.getTime()).toBeGreaterThan(row.updated_at.getTime());
  expect((await eventsOf(rig.tenant)).at(-1)).toMatchObject({
    type: "runtime.secrets.revocation-held",
    outcome: "failed",
  });
  await look(rig, rotationId, null, [UNUSED]);
  await asSuperuser("UPDATE rotation SET due_at = clock_timestamp() WHERE rotation_id = $1", [
    rotationId,
  ]);
  const again = await reclaim(rig, rotationId);
  const going = await runVerb(beginStep, rig.worker, { ...again, step: "revoke" });
  expect(going).toMatchObject({ state: "revoking", isWaiting: false });
  expect((await stepsOf(rig, rotationId)).slice(-3)).toEqual(["grace", "grace", "revoking"]);
});

test("what was heard too long ago holds it as unknown; who used it stands in no table", async () => {
  const { rig, rotationId } = await inGrace();
  await look(rig, rotationId, clusterWith("moved"), [IN_USE]);
  const tables = await asSuperuser<{ row: string }>(
    `SELECT u::text AS row FROM old_value_use u WHERE rotation_id = $1
     UNION ALL SELECT e.envelope FROM audit_event e WHERE e.tenant_id = $2`,
    [rotationId, rig.tenant],
  );
  expect(tables.map(({ row }) => row).join("\n")).not.toMatch(/legacy-report|10\.1\.2\.3/);
  expect((await eventsOf(rig.tenant)).at(-1)).toMatchObject({
    payload: { oldUses: [{ users: [{ application: "legacy-report", address: "10.1.2.3" }] }] },
  });
  await look(rig, rotationId, clusterWith("moved"), [UNUSED]);
  await asSuperuser(
    "UPDATE secret_consumer SET checked_at = checked_at - interval '1 hour' WHERE binding_id = $1",
    [rig.bindingId],
  );
  const held = await reclaim(rig, rotationId);
  const begun = await runVerb(beginStep, rig.worker, { ...held, step: "revoke" });
  expect(begun).toMatchObject({ state: "grace", isWaiting: true });
  expect(await rotationRow(rig, rotationId)).toMatchObject({ error_code: "consumers_unknown" });
});

test("done, consumers are looked at until all have moved, then no more", async () => {
  const { rig, rotationId } = await inGrace();
  await look(rig, rotationId, clusterWith("moved"), [UNUSED]);
  await endOld(rig, await reclaim(rig, rotationId));
  const dueAgain = async () => {
    await asSuperuser(
      "UPDATE rotation_watch SET due_at = clock_timestamp() WHERE rotation_id = $1 AND due_at < 'infinity'",
      [rotationId],
    );
    const due = await findDueKeys<{ id: string }>("app.due_consumer_looks($1)", [1_000]);
    return due.some(({ id }) => id === rotationId);
  };
  expect(await dueAgain()).toBe(true);
  await look(rig, rotationId, clusterWith("not-yet"));
  expect(await consumersOf(rig)).toMatchObject([{ state: "not-yet" }]);
  expect(await dueAgain()).toBe(true);
  await look(rig, rotationId, clusterWith("moved"));
  expect(await dueAgain()).toBe(false);
});

test("nothing is noted before the promotion; only the worker may; another tenant's is not found", async () => {
  const rig = await newRig();
  const { rotationId } = await force(rig);
  await look(rig, rotationId, clusterWith("moved"));
  expect(await consumersOf(rig)).toEqual([]);
  const input = { rotationId, cluster: null, oldUses: [] };
  await expect(runVerb(recordConsumerLook, rig.officer, input)).rejects.toMatchObject({
    code: "forbidden",
  });
  const foreign = workerOf((await newRig()).tenant, ["runtime.consumers.observe"]);
  for (const id of [rotationId, uuidv7()]) {
    await expect(
      runVerb(recordConsumerLook, foreign, { ...input, rotationId: id }),
    ).rejects.toMatchObject({ code: "not_found", message: "No such rotation." });
  }
});
