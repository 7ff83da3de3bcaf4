import { randomBytes } from "node:crypto";
import { uuidv7 } from "uuidv7";
import { expect, test } from "vitest";
import { findDueKeys } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { base, claim, force, LEASE, newRig, rotationRow } from "../testing/rotation-rig.ts";
import { beginStep } from "./begin-step.ts";
import { claimRotation } from "./claim-rotation.ts";

const by = (owner: string) => ({ owner, leaseSeconds: 60 });

test("gives a lease and a fence to one worker, and nothing to the next", async () => {
  const rig = await newRig();
  const { rotationId } = await force(rig);
  const { claimed } = await runVerb(claimRotation, rig.worker, { rotationId, ...by("one") });
  expect(claimed).toMatchObject({ fence: 1n, state: "requested", bindingId: rig.bindingId });
  expect(claimed?.rotator).toMatchObject({ activeRole: "orders-a" });
  const events = await eventsOf(rig.tenant);
  expect(events.at(-1)).toMatchObject({ type: "runtime.secrets.rotation-claimed" });
  expect(events.at(-1)?.envelope.causationid).toBe(claimed?.causeEventId);
  expect(await runVerb(claimRotation, rig.worker, { rotationId, ...by("two") })).toEqual({
    claimed: null,
  });
  expect(await eventsOf(rig.tenant)).toHaveLength(events.length);
});

test("ten at once: one gets it", async () => {
  const rig = await newRig();
  const { rotationId } = await force(rig);
  const all = await Promise.all(
    Array.from({ length: 10 }, (_, n) =>
      runVerb(claimRotation, rig.worker, { rotationId, ...by(`w${n}`) }),
    ),
  );
  expect(all.filter(({ claimed }) => claimed)).toHaveLength(1);
});

test("after the lease a new holder outdates the old one", async () => {
  const rig = await newRig();
  const { rotationId } = await force(rig);
  const old = await claim(rig, rotationId, "one");
  await expire(rotationId);
  await expect(runVerb(beginStep, rig.worker, { ...old, step: "stage" })).rejects.toMatchObject({
    code: "stale",
  });
  const fresh = await claim(rig, rotationId, "two");
  expect(fresh.fence).toBe(2n);
  await expect(runVerb(beginStep, rig.worker, { ...old, step: "stage" })).rejects.toMatchObject({
    code: "stale",
  });
  await runVerb(beginStep, rig.worker, { ...fresh, step: "stage" });
  expect(await rotationRow(rig, rotationId)).toMatchObject({ fence: "2", lease_owner: "two" });
});

test("another tenant's is not found; a person is refused; bad input names the field", async () => {
  const rig = await newRig();
  const foreign = await newRig();
  const { rotationId } = await force(foreign);
  for (const id of [rotationId, uuidv7()]) {
    await expect(
      runVerb(claimRotation, rig.worker, { rotationId: id, ...by("one") }),
    ).rejects.toMatchObject({ code: "not_found" });
  }
  expect(await rotationRow(foreign, rotationId)).toMatchObject({ fence: "0" });
  const person = userOf(foreign.tenant, "x", { scopes: ["runtime.rotations.execute"] });
  for (const caller of [foreign.officer, person]) {
    await expect(
      runVerb(claimRotation, caller, { rotationId, ...by("one") }),
    ).rejects.toMatchObject({ code: "forbidden" });
  }
  await expect(
    runVerb(claimRotation, rig.worker, { rotationId, owner: "x", leaseSeconds: 0 }),
  ).rejects.toMatchObject({ code: "invalid", details: { field: "leaseSeconds" } });
});

function expire(rotationId: string) {
  return asSuperuser(
    "UPDATE rotation SET lease_until = clock_timestamp() - interval '1 second' WHERE rotation_id = $1",
    [rotationId],
  );
}

/** Two tenants' rotations on one database host of the test's own. */
async function onOneTarget(count: number) {
  const host = `${randomBytes(6).toString("hex")}.test`;
  const made = [];
  for (let at = 0; at < count; at++) {
    const rotator = { ...base("x").rotator, target: { ...base("x").rotator.target, host } };
    const rig = await newRig({ rotator });
    made.push({ rig, rotationId: (await force(rig)).rotationId });
  }
  return made;
}

test("at most so many act on one target at once, whichever tenant and replica they are of", async () => {
  const made = await onOneTarget(6);
  const take = ({ rig, rotationId }: (typeof made)[number]) =>
    runVerb(claimRotation, rig.worker, {
      rotationId,
      owner: randomBytes(4).toString("hex"),
      leaseSeconds: LEASE,
      mostPerTarget: 2,
    });
  // All at the same moment: the count must hold between transactions that don't see each other.
  const taken = await Promise.all(made.map(take));
  expect(taken.filter(({ claimed }) => claimed)).toHaveLength(2);
  const due = await findDueKeys<{ id: string }>("app.due_rotations($1, $2)", [10_000, 2]);
  const ids = new Set(due.map((row) => row.id));
  expect(made.filter(({ rotationId }) => ids.has(rotationId))).toEqual([]);

  // A dead worker's place is free when its lease ends.
  const held = made.filter((_, at) => taken[at]?.claimed);
  await asSuperuser("UPDATE rotation SET lease_until = clock_timestamp() WHERE rotation_id = $1", [
    held[0]?.rotationId,
  ]);
  const again = await findDueKeys<{ id: string }>("app.due_rotations($1, $2)", [10_000, 2]);
  const shown = again.filter((row) => made.some((each) => each.rotationId === row.id));
  expect(shown).toHaveLength(1);
  const others = made.filter((_, at) => !taken[at]?.claimed);
  expect((await Promise.all(others.map(take))).filter(({ claimed }) => claimed)).toHaveLength(1);
});
