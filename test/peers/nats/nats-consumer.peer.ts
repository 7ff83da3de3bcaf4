import { AckPolicy, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, headers, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  jetstreamConsumer,
  type StreamAddress,
  type StreamMessage,
} from "#server/integrations/event-stream/jetstream-consumer.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { obtainNats } from "./obtain-nats.ts";
import { startNats } from "./start-nats.ts";

const TOKEN = "a-token-of-the-test";
let server: Awaited<ReturnType<typeof startNats>>;
let admin: NatsConnection;

beforeAll(async () => {
  server = await startNats(await obtainNats(), { token: TOKEN });
  admin = await connect({ servers: `127.0.0.1:${server.port}`, token: TOKEN });
  const manager = await jetstreamManager(admin);
  await manager.streams.add({ name: "EVENTS", subjects: ["platform.>"] });
  await manager.consumers.add("EVENTS", {
    durable_name: "console",
    ack_policy: AckPolicy.Explicit,
    ack_wait: 1_000_000_000,
  });
});
afterAll(async () => {
  await admin?.close();
  await server?.stop();
});

const open = (more: Partial<StreamAddress> = {}) =>
  jetstreamConsumer({
    servers: [`nats://127.0.0.1:${server.port}`],
    stream: "EVENTS",
    consumer: "console",
    secret: () => SecretValue.of(TOKEN),
    ...more,
  });

test("messages come with headers and body, again until they are acknowledged, and then no more", async () => {
  const said = headers();
  said.set("ce-specversion", "1.0");
  said.set("CE-Id", "1");
  for (const at of [1, 2, 3]) {
    await jetstream(admin).publish("platform.moved", JSON.stringify({ at }), { headers: said });
  }
  const doomed = open();
  expect(await doomed.take(10)).toHaveLength(3);
  // Whoever dies before it is kept has acknowledged nothing.
  await doomed.close();
  const next = open();
  const taken: StreamMessage[] = [];
  while (taken.length < 3) {
    taken.push(...(await next.take(10)));
    await next.acknowledge();
  }
  expect(JSON.parse(new TextDecoder().decode(taken[0]?.body))).toEqual({ at: 1 });
  expect([...(taken[0]?.headers ?? [])]).toEqual([
    ["ce-specversion", "1.0"],
    ["ce-id", "1"],
  ]);
  await next.close();
  const after = open();
  expect(await after.take(10)).toEqual([]);
  await after.close();
  const info = await (await jetstreamManager(admin)).consumers.info("EVENTS", "console");
  expect([info.num_ack_pending, info.num_pending]).toEqual([0, 0]);
});

test.each([
  ["a wrong token", { secret: () => SecretValue.of("another") }, "login-refused"],
  ["a consumer that nobody made", { consumer: "absent" }, "no-consumer"],
  ["a stream that nobody made", { stream: "ABSENT" }, "no-stream"],
])("%s is told by its name, and as often as it is asked", async (_what, more, failure) => {
  const refused = open(more);
  for (let time = 0; time < 2; time += 1) {
    await expect(refused.take(1)).rejects.toMatchObject({ name: "EventStreamError", failure });
  }
  await refused.close();
});
