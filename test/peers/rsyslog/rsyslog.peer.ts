import { afterAll, beforeAll, expect, test } from "vitest";
import {
  eventsOf,
  never,
  sinkOf,
  worldOf,
} from "#server/integrations/sinks/testing/sink-fixture.ts";
import { makeTestAuthority, type TestAuthority } from "#test/contract/test-authority.ts";
import { waitFor } from "#test/harness/wait-for.ts";
import { obtainRsyslog } from "./obtain-rsyslog.ts";
import { startRsyslog } from "./start-rsyslog.ts";

let home: string;
let authority: TestAuthority;
let keys: { cert: string; key: string; ca: string };
let client: { certificate: string; privateKey: string };
let server: Awaited<ReturnType<typeof startRsyslog>>;

beforeAll(async () => {
  home = await obtainRsyslog();
  authority = await makeTestAuthority("rsyslog");
  const issued = await authority.issue({ commonName: "localhost", dns: "localhost" });
  keys = { cert: issued.certificate, key: issued.privateKey, ca: authority.certificate };
  client = await authority.issue({ commonName: "console" });
  server = await startRsyslog(home, keys);
});
afterAll(() => server?.stop());

const sink = (more: Record<string, unknown> = {}) =>
  sinkOf(
    {
      kind: "syslog-tls",
      host: "localhost",
      port: server.port,
      ca: authority.certificate,
      clientCertificate: client.certificate,
      clientKey: { path: "key" },
      maxMessageBytes: 65_000,
      ...more,
    },
    worldOf({ key: client.privateKey }),
  );
const linesOf = (count: number) =>
  waitFor(async () => (await server.lines()).length >= count, {
    timeout: 60_000,
    message: `${count} lines in rsyslog's file`,
  }).then(() => server.lines());

test("rsyslog reads every message as it was meant", async () => {
  const events = eventsOf(1_000);
  const opened = await sink();
  await opened.check(never());
  expect(await opened.deliver(events, never())).toEqual(Array(1_000).fill({ kind: "delivered" }));
  const lines = await linesOf(1_000);
  expect(lines).toHaveLength(1_000);
  expect(lines[0]).toMatchObject({
    pri: "109",
    hostname: "log.example",
    msgid: "secrets.rotated",
    data: expect.stringContaining(`id="${events[0]?.id}"`),
  });
  const read = lines.map(({ msg }) => JSON.parse(msg.replace(/^[\s\uFEFF]+/, "")) as unknown);
  expect(read).toEqual(events.map(({ envelope }) => envelope));
});

test("without our certificate, or with another authority, nothing is taken", async () => {
  const before = (await server.lines()).length;
  const nobody = await sink({ clientCertificate: "", clientKey: null });
  await expect(nobody.deliver(eventsOf(1), never())).rejects.toMatchObject({ name: "SinkError" });
  const stranger = await sink({ ca: (await makeTestAuthority("stranger")).certificate });
  await expect(stranger.check(never())).rejects.toMatchObject({ field: "ca" });
  expect(await server.lines()).toHaveLength(before);
});

test("killed in the middle and started again: what was not confirmed is sent again, and nothing is missing", async () => {
  const events = eventsOf(5_000, (at) => ({ subject: `killed/${at}` }));
  const opened = await sink();
  const sending = opened.deliver(events, never()).then(
    () => "delivered",
    (error: Error) => error.name,
  );
  process.kill(-server.pid, "SIGKILL");
  expect(["SinkError", "delivered"]).toContain(await sending);
  await server.stop();
  server = await startRsyslog(home, { ...keys, directory: server.directory, port: server.port });
  await opened.deliver(events, never());
  const wanted = new Set(events.map(({ envelope }) => envelope.subject));
  await waitFor(
    async () => {
      const seen = (await server.lines()).map(
        ({ msg }) => /"subject":"(killed\/\d+)"/.exec(msg)?.[1],
      );
      const found = new Set<unknown>(seen);
      return [...wanted].every((subject) => found.has(subject));
    },
    { timeout: 60_000, message: "every event in rsyslog's file" },
  );
});
