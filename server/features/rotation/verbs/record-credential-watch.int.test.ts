import { expect, test } from "vitest";
import { findDueKeys } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { bindingRow, newRig } from "../testing/rotation-rig.ts";
import {
  certificateRig,
  DAY_MILLIS,
  issued,
  see,
  watcher,
  watchOf,
} from "../testing/watched-rig.ts";
import { recordCredentialWatch } from "./record-credential-watch.ts";

test("what its source says becomes its age, its life and its next renewal; the same again is not noted", async () => {
  const rig = await certificateRig();
  const first = issued(1);
  expect(await see(rig, first)).toEqual({ changed: true });
  expect(await bindingRow(rig)).toMatchObject({
    last_rotated_at: first.notBefore,
    renews_at: first.renewsAt,
    life_seconds: 60 * 86_400,
    next_key: first.renewsAt,
    // The strictest limit: its own life is shorter than the rule's 90 days.
    limit_key: first.notAfter,
  });
  const before = (await eventsOf(rig.tenant)).length;
  expect(await see(rig, first)).toEqual({ changed: false });
  expect((await eventsOf(rig.tenant)).length).toBe(before);
  expect(await see(rig, issued(2, 1))).toEqual({ changed: true });
  expect((await eventsOf(rig.tenant)).at(-1)).toMatchObject({
    type: "runtime.secrets.renewal-observed",
    payload: { facts: { revision: 2 } },
  });
});

test("a source that can't be read is said, once, and what was last seen stays", async () => {
  const rig = await certificateRig();
  const first = issued(1);
  await see(rig, first);
  const trouble = {
    errorCode: "unreachable",
    errorText: "Kubernetes certificate read: unreachable",
  };
  const input = { bindingId: rig.bindingId, seen: { trouble } };
  expect(await runVerb(recordCredentialWatch, watcher(rig), input)).toEqual({ changed: true });
  expect(await runVerb(recordCredentialWatch, watcher(rig), input)).toEqual({ changed: false });
  expect(await watchOf(rig)).toMatchObject({ ...trouble, notAfter: first.notAfter });
  expect(await see(rig, first)).toEqual({ changed: true });
  expect(await watchOf(rig)).toMatchObject({ errorCode: null });
});

test("nobody starts a rotation of it, however late it is", async () => {
  const rig = await certificateRig();
  await see(rig, issued(1, 400));
  expect((await bindingRow(rig)).limit_key.getTime()).toBeLessThan(Date.now() - 300 * DAY_MILLIS);
  const due = await findDueKeys<{ id: string }>("app.due_bindings($1)", [10_000]);
  expect(due.map(({ id }) => id)).not.toContain(rig.bindingId);
  const watched = await findDueKeys<{ id: string }>("app.watched_bindings($1)", [10_000]);
  expect(watched.map(({ id }) => id)).toContain(rig.bindingId);
});

test("what the console rotates itself is not watched, and no person records", async () => {
  const own = await newRig();
  expect(await see(own, issued(1))).toEqual({ changed: false });
  const rig = await certificateRig();
  const input = { bindingId: rig.bindingId, seen: { observation: issued(1) } };
  await expect(runVerb(recordCredentialWatch, rig.officer, input)).rejects.toMatchObject({
    code: "forbidden",
  });
});
