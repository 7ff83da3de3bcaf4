import { expect, test } from "vitest";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { claim, force, newRig, type Rig, walkTo } from "../testing/rotation-rig.ts";
import { beginFetches } from "./begin-fetches.ts";
import { recordConsumerLook } from "./record-consumer-look.ts";
import { recordFetches } from "./record-fetches.ts";

const watcher = (rig: Pick<Rig, "tenant">) => workerOf(rig.tenant, ["runtime.consumers.observe"]);

/** A promoted rotation, and two ExternalSecrets of which one has not fetched. */
async function promoted() {
  const rig = await newRig({ graceSeconds: 3_600 });
  const { rotationId } = await force(rig);
  await walkTo(rig, await claim(rig, rotationId), "grace");
  const consumer = (name: string, state: "moved" | "not-yet", reason: string) => ({
    kind: "external-secret" as const,
    namespace: "shop",
    name: `ExternalSecret/${name}`,
    state,
    reason,
    seenAt: null,
  });
  await runVerb(recordConsumerLook, watcher(rig), {
    rotationId,
    oldUses: [],
    cluster: {
      state: "read",
      cluster: "one",
      isComplete: true,
      consumers: [
        consumer("old", "not-yet", "not-refreshed"),
        consumer("new", "moved", "refreshed"),
      ],
    },
  });
  return { rig, rotationId };
}

test("those that have not fetched are taken up once, with a mark of their own; what was refused is not asked again", async () => {
  const { rig, rotationId } = await promoted();
  const begin = () => runVerb(beginFetches, watcher(rig), { rotationId });
  const [first] = await Promise.all([begin()]);
  expect(first.begun).toMatchObject([
    { namespace: "shop", name: "old", mark: expect.stringMatching(/^\d+-1$/) },
  ]);
  expect(await begin()).toEqual({ begun: [] });
  // Its worker died: another takes it up, with another mark.
  await asSuperuser("UPDATE secret_consumer SET fetch_due_at = now() WHERE tenant_id = $1", [
    rig.tenant,
  ]);
  const [again] = (await begin()).begun;
  expect(again?.mark).toMatch(/^\d+-2$/);
  const consumerId = again?.consumerId ?? "";
  const record = (errorCode: string | null, outcome: "asked" | "refused") =>
    runVerb(recordFetches, watcher(rig), {
      rotationId,
      results: [{ consumerId, outcome, errorCode }],
    });
  expect(await record("permission_denied", "refused")).toEqual({ recorded: 1 });
  expect(await record(null, "asked")).toEqual({ recorded: 0 });
  await asSuperuser("UPDATE secret_consumer SET fetch_due_at = now() WHERE tenant_id = $1", [
    rig.tenant,
  ]);
  expect(await begin()).toEqual({ begun: [] });
  const events = (await eventsOf(rig.tenant)).filter(({ type }) => type.includes("fetch"));
  expect(events).toMatchObject([
    { type: "runtime.secrets.fetch-begun", payload: { externalSecrets: ["shop/old"] } },
    { type: "runtime.secrets.fetch-begun" },
    { type: "runtime.secrets.fetch-not-asked", payload: { errors: ["permission_denied"] } },
  ]);
});

test("a foreign rotation is not found, and people don't ask", async () => {
  const { rig, rotationId } = await promoted();
  const foreign = watcher({ tenant: await newTenant("rotation") });
  await expect(runVerb(beginFetches, foreign, { rotationId })).rejects.toMatchObject({
    code: "not_found",
  });
  await expect(runVerb(beginFetches, rig.officer, { rotationId })).rejects.toMatchObject({
    code: "forbidden",
  });
});
