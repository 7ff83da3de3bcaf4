import { afterEach, expect, test, vi } from "vitest";
import { makeDue } from "#server/features/alerts/testing/delivery-fixture.ts";
import { addWebhookEndpoint } from "#server/features/alerts/verbs/add-webhook-endpoint.ts";
import {
  claim,
  force,
  newRig,
  type Rig,
  walkTo,
} from "#server/features/rotation/testing/rotation-rig.ts";
import {
  type Answer,
  isSignedBy,
  startReceiver,
} from "#server/integrations/webhook/testing/receiver.ts";
import { webhookPublicKey } from "#server/integrations/webhook/webhook-key.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { startWorker } from "../rotation/testing/worker-process.ts";
import { deliverDueWebhooks } from "./webhooks.ts";

vi.setConfig({ testTimeout: 60_000 });

let stop: (() => Promise<void>) | undefined;
afterEach(async () => {
  await stop?.();
  stop = undefined;
  await asSuperuser("UPDATE webhook_delivery SET state = 'dead' WHERE state = 'pending'");
});

/** A receiver that asked for these types, and a credential that is rotated. */
async function rotatedTo(eventTypes: string[], answer: () => Answer = () => ({ status: 200 })) {
  const receiver = await startReceiver(answer);
  stop = receiver.stop;
  const rig = await newRig();
  await runVerb(addWebhookEndpoint, rig.officer, { url: `${receiver.url}/hook`, eventTypes });
  const { rotationId } = await force(rig);
  await walkTo(rig, await claim(rig, rotationId), "promoted");
  return { ...receiver, rig, rotationId };
}

const bodyOf = (message: { body: string }) => JSON.parse(message.body);
const eventIdOf = async (rig: Rig, type: string) =>
  (await eventsOf(rig.tenant)).find((event) => event.type === type)?.eventId;

test("a rotated credential arrives as its CloudEvent, signed, with the version to read", async () => {
  const { received, rig, rotationId } = await rotatedTo(["runtime.secrets.rotated"]);
  await Promise.all([deliverDueWebhooks(), deliverDueWebhooks()]);
  expect(received).toHaveLength(1);
  const [message] = received;
  if (!message) throw new Error("nothing received");
  expect(isSignedBy(webhookPublicKey(), message)).toBe(true);
  const id = await eventIdOf(rig, "runtime.secrets.rotated");
  expect(message.headers["webhook-id"]).toBe(id);
  const event = bodyOf(message);
  expect(event).toMatchObject({
    specversion: "1.0",
    id,
    type: "runtime.secrets.rotated",
    subject: `secret-binding/${rig.bindingId}`,
    tenant: rig.tenant,
    outcome: "succeeded",
    data: { rotationId, from: "verified", to: "promoted", store: "openbao", version: 2 },
  });
  expect(event.data.path).toMatch(/^tests\/db-/);
  // Roles, handles and who asked stay in the house.
  expect(message.body).not.toMatch(/orders-a|orders-b|stagedPath|officer/);
});

test("each endpoint gets what it asked for: all of them, or none", async () => {
  const all = await rotatedTo(["runtime.secrets.*"]);
  await deliverDueWebhooks();
  const types = all.received.map((message) => bodyOf(message).type.replace("runtime.secrets.", ""));
  expect(types.sort()).toEqual([
    "rotated",
    "rotation-applied",
    "rotation-requested",
    "rotation-staged",
    "rotation-verified",
  ]);
  await all.stop();
  const none = await rotatedTo([]);
  await deliverDueWebhooks();
  expect(none.received).toEqual([]);
});

test("a worker that is killed while it delivers: the event comes again, under the same id", async () => {
  let isHanging = true;
  const { received, rig } = await rotatedTo(["runtime.secrets.rotated"], () =>
    isHanging ? "silence" : { status: 200 },
  );
  const doomed = startWorker({ WORKER_LOOPS: "webhooks" });
  await vi.waitFor(() => expect(received).toHaveLength(1), { timeout: 30_000 });
  doomed.child.kill("SIGKILL");
  expect(await doomed.exited).toBe("SIGKILL");
  isHanging = false;
  // Its claim runs out.
  await makeDue(rig.tenant);
  await deliverDueWebhooks();
  expect(received).toHaveLength(2);
  const ids = received.map((message) => message.headers["webhook-id"]);
  expect(new Set(ids).size).toBe(1);
  expect(received[1]?.body).toBe(received[0]?.body);
  await deliverDueWebhooks();
  expect(received).toHaveLength(2);
});

test("what is undone with its transaction is not delivered", async () => {
  const { received, rig } = await rotatedTo(["runtime.secrets.rotation-requested"]);
  await deliverDueWebhooks();
  const before = received.length;
  // A second rotation is refused: neither its event nor a delivery is left.
  await expect(force(rig)).rejects.toMatchObject({ code: "conflict" });
  await deliverDueWebhooks();
  expect(received).toHaveLength(before);
});
