import { createServer } from "node:net";
import { jetstreamManager, type StreamConfig } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import {
  eventsOf,
  never,
  sinkOf,
  worldOf,
} from "#server/integrations/sinks/testing/sink-fixture.ts";
import { makeTestAuthority, type TestAuthority } from "#test/contract/test-authority.ts";
import { waitFor } from "#test/harness/wait-for.ts";
import { obtainNats } from "./obtain-nats.ts";
import { startNats } from "./start-nats.ts";

const TOKEN = "a-token-of-the-test";
const TWO_MINUTES = 120_000_000_000;

let program: string;
let authority: TestAuthority;
let tls: { cert: string; key: string; clientCa: string };
let client: { certificate: string; privateKey: string };
let server: Awaited<ReturnType<typeof startNats>>;
let admin: NatsConnection;
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  program = await obtainNats();
  authority = await makeTestAuthority("NATS");
  const issued = await authority.issue({ commonName: "localhost", dns: "localhost" });
  tls = { cert: issued.certificate, key: issued.privateKey, clientCa: authority.certificate };
  client = await authority.issue({ commonName: "console" });
  server = await startNats(program, { tls, token: TOKEN });
  admin = await asAdmin();
});
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});
afterAll(async () => {
  await admin?.close();
  await server?.stop();
});

const asAdmin = () =>
  connect({
    servers: `localhost:${server.port}`,
    token: TOKEN,
    tls: { ca: authority.certificate, cert: client.certificate, key: client.privateKey },
  });

async function stream(name: string, more: Partial<StreamConfig> = {}) {
  const manager = await jetstreamManager(admin);
  const subjects = [`${name}.events`];
  await manager.streams.add({ name, subjects, duplicate_window: TWO_MINUTES, ...more });
  return {
    subject: `${name}.events`,
    count: async () =>
      (await jetstreamManager(admin)).streams.info(name).then(({ state }) => state.messages),
  };
}

async function sink(subject: string, more: Record<string, unknown> = {}) {
  const opened = await sinkOf(
    {
      kind: "nats-jetstream",
      servers: `tls://localhost:${server.port}`,
      subject,
      token: { path: "token" },
      ca: authority.certificate,
      clientCertificate: client.certificate,
      clientKey: { path: "key" },
      ...more,
    },
    worldOf({ token: TOKEN, bad: "another", key: client.privateKey }),
  );
  stops.push(() => opened.close());
  return opened;
}
const delivered = { kind: "delivered" };

test("every event is acknowledged, and one that is sent twice is there once", async () => {
  const { subject, count } = await stream("once");
  const events = eventsOf(500);
  const first = await sink(subject);
  await first.check(never());
  expect(await first.deliver(events.slice(0, 300), never())).toEqual(Array(300).fill(delivered));
  const second = await sink(subject, { stream: "once" });
  expect(await second.deliver(events, never())).toEqual(Array(500).fill(delivered));
  expect(await count()).toBe(500);
  const manager = await jetstreamManager(admin);
  const stored = await manager.streams.getMessage("once", { seq: 1 });
  expect(stored?.header.get("Nats-Msg-Id")).toBe(events[0]?.id);
  expect(stored?.header.get("content-type")).toMatch(/^application\/cloudevents\+json/);
  expect(stored?.json()).toEqual(events[0]?.envelope);
});

test("killed in the middle and started again: nothing is lost and nothing is doubled", async () => {
  const { subject, count } = await stream("killed");
  const events = eventsOf(3_000);
  const doomed = await sink(subject);
  const sending = doomed.deliver(events, never()).catch(() => null);
  process.kill(-server.pid, "SIGKILL");
  const outcomes = await sending;
  await server.stop();
  server = await startNats(program, {
    tls,
    token: TOKEN,
    directory: server.directory,
    port: server.port,
  });
  await admin.close();
  admin = await asAdmin();
  const before = await count();
  const said = outcomes?.filter(({ kind }) => kind === "delivered").length ?? 0;
  expect(before).toBeGreaterThanOrEqual(said);
  expect(await doomed.deliver(events, never())).toEqual(Array(3_000).fill(delivered));
  expect(await count()).toBe(3_000);
});

test("closed while it connects it leaves no connection behind", async () => {
  const { subject } = await stream("left");
  const sockets = () =>
    process.getActiveResourcesInfo().filter((each) => each === "TCPSocketWrap").length;
  const before = sockets();
  for (let round = 0; round < 5; round += 1) {
    const opened = await sink(subject);
    const sending = opened.deliver(eventsOf(1), never()).catch(() => null);
    await opened.close();
    await sending;
  }
  await waitFor(() => sockets() <= before, { timeout: 60_000, message: "every socket to close" });
});

test("what a stream won't take is told apart from what it can't take now", async () => {
  const small = await stream("small", { max_msg_size: 2_000 });
  const events = eventsOf(3, (at) => (at === 1 ? { data: "x".repeat(3_000) } : {}));
  expect(await (await sink(small.subject)).deliver(events, never())).toEqual([
    delivered,
    { kind: "rejected", reason: "is bigger than the stream takes" },
    delivered,
  ]);
  const full = await stream("full", { max_msgs: 2, discard: "new" as StreamConfig["discard"] });
  const kinds = (await (await sink(full.subject)).deliver(eventsOf(3), never())).map(
    ({ kind }) => kind,
  );
  expect(kinds).toEqual(["delivered", "delivered", "later"]);
});

test.each([
  ["a subject that no stream takes", "nobody.listens", {}, "subject"],
  ["another stream than named", "forgetful.events", { stream: "once" }, "stream"],
  ["a stream that forgets ids too soon", "forgetful.events", {}, "subject"],
  ["a wrong token", "once.events", { token: { path: "bad" } }, "token"],
  ["an unknown authority", "once.events", { ca: "" }, "ca"],
])("%s names the field", async (what, subject, more, field) => {
  if (what.startsWith("a stream that forgets"))
    await stream("forgetful", { duplicate_window: 1_000_000_000 });
  const opened = await sink(subject, more);
  await expect(opened.check(never())).rejects.toMatchObject({ name: "SinkError", field });
  if (field === "subject" && subject === "nobody.listens") {
    await expect(opened.deliver(eventsOf(2), never())).rejects.toMatchObject({ field });
  }
});

test("a server that offers no TLS never sees the token", async () => {
  const heard: string[] = [];
  const plain = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => heard.push(chunk.toString()));
    socket.write(
      `INFO {"server_id":"x","version":"2.9.10","proto":1,"headers":true,"max_payload":1048576}\r\n`,
    );
  });
  await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
  stops.push(() => new Promise((resolve) => void plain.close(() => resolve())));
  const { port } = plain.address() as { port: number };
  const opened = await sink("once.events", { servers: `tls://127.0.0.1:${port}` });
  await expect(opened.check(never())).rejects.toMatchObject({ name: "SinkError" });
  expect(heard.join("")).not.toContain(TOKEN);
});
