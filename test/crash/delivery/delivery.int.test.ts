import { appendFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type RotationFixture,
  rotationFixture,
} from "#server/worker/rotation/testing/rotation-fixture.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { deliveryRun } from "./delivery-run.ts";
import { httpReceiver, type KillableReceiver } from "./killable-receiver.ts";
import { natsReceiver } from "./nats-receiver.ts";

/** DELIVERY_KILLS sets how often; DELIVERY_REPORT names a file for the figures (`npm run test:delivery`). */
const kills = Number(process.env.DELIVERY_KILLS ?? 3);

let fixture: RotationFixture;
const receivers: KillableReceiver[] = [];
beforeAll(async () => {
  fixture = await rotationFixture();
  for (const kind of ["opensearch", "webhook"] as const) {
    const receiver = await httpReceiver(kind);
    await receiver.start();
    receivers.push(receiver);
  }
  const nats = await natsReceiver();
  if (nats) receivers.push(nats);
}, 600_000);
afterAll(async () => {
  await Promise.all(receivers.map((each) => each.stop()));
  await fixture?.stop();
});

test("workers and receivers are killed at any moment: no event is lost, none is doubled", {
  timeout: 240_000 + kills * 30_000,
  retry: 0,
}, async () => {
  const tenant = await newTenant("killed");
  const run = { kills, env: fixture.env, random: Math.random };
  const figures = await deliveryRun(tenant, receivers, run);
  const { DELIVERY_REPORT: file } = process.env;
  if (file) appendFileSync(file, `${JSON.stringify(figures)}\n`);
  expect(figures).toMatchObject({ lost: 0, doubled: 0 });
  expect(figures.events).toBeGreaterThan(kills * 100);
  expect(figures.kills.worker + figures.kills.receiver).toBe(kills);
});
