import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { SinkConfig } from "#server/engines/delivery/sink-kinds.ts";
import { ed25519PublicKey } from "#server/engines/merkle/ed25519.ts";
import { makeTestAuthority, type TestAuthority } from "#test/contract/test-authority.ts";
import { signedHeaders } from "../webhook/sign-webhook.ts";
import { type Answer, isSignedBy, startReceiver } from "../webhook/testing/receiver.ts";
import type { SinkError } from "./sink.ts";
import { splunkHecSink } from "./splunk-hec.ts";
import { syslogTlsSink } from "./syslog-tls.ts";
import { startDatadog } from "./testing/datadog-server.ts";
import type { ServerTls } from "./testing/http-server.ts";
import { type OpenSearchOptions, startOpenSearch } from "./testing/opensearch-server.ts";
import { eventsOf, never, sinkOf, worldOf } from "./testing/sink-fixture.ts";
import { type SplunkOptions, startSplunk } from "./testing/splunk-server.ts";
import { type SyslogOptions, startSyslog } from "./testing/syslog-server.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});
async function kept<Started extends { stop(): Promise<void> }>(started: Promise<Started>) {
  const server = await started;
  stops.push(() => server.stop());
  return server;
}
async function opened(config: Record<string, unknown>, world = worldOf()) {
  const sink = await sinkOf(config, world);
  stops.push(() => sink.close());
  return sink;
}

const delivered = { kind: "delivered" };
const ids = (events: readonly { id: string }[]) => events.map(({ id }) => id);

let authority: TestAuthority;
let serverTls: ServerTls;
let client: { certificate: string; privateKey: string };
beforeAll(async () => {
  authority = await makeTestAuthority("receivers");
  const server = await authority.issue({ commonName: "localhost", dns: "localhost" });
  serverTls = { cert: server.certificate, key: server.privateKey };
  client = await authority.issue({ commonName: "console" });
});

describe("OpenSearch", () => {
  const start = (options: OpenSearchOptions = {}) => kept(startOpenSearch(options));
  const sinkFor = (url: string, more: Record<string, unknown> = {}) =>
    opened({ kind: "opensearch", url, ...more });

  test("creates each event under its own id; one that is there already is done", async () => {
    const server = await start();
    const sink = await sinkFor(server.url);
    const events = eventsOf(3);
    await sink.check(never());
    expect(await sink.deliver(events.slice(0, 2), never())).toEqual([delivered, delivered]);
    expect(await sink.deliver(events, never())).toEqual([delivered, delivered, delivered]);
    expect([...server.documents.keys()]).toEqual(ids(events));
    expect(server.counts.repeated).toBe(2);
    expect(server.documents.get(events[0]?.id ?? "")).toEqual({
      "@timestamp": "2026-11-22T10:00:00.000Z",
      ...events[0]?.envelope,
    });
  });

  test("deletes what was erased by its ids, as often as it is asked, and nothing else", async () => {
    const server = await start();
    const sink = await sinkFor(server.url);
    const events = eventsOf(3);
    await sink.deliver(events, never());
    const [first = "", , last = ""] = ids(events);
    await sink.erase?.([first, last], never());
    await sink.erase?.([first, last], never());
    expect([...server.documents.keys()]).toEqual(ids(events).slice(1, 2));
    const closed = await start({ mayDelete: false });
    const refused = (await sinkFor(closed.url)).erase?.([first], never());
    await expect(refused).rejects.toMatchObject({ field: "password" });
  });

  test("an answer that was lost doubles nothing", async () => {
    let lost = 1;
    const server = await start({ after: () => (lost-- > 0 ? "hang up" : null) });
    const sink = await sinkFor(server.url);
    const events = eventsOf(5);
    await expect(sink.deliver(events, never())).rejects.toMatchObject({ field: "connection" });
    expect(await sink.deliver(events, never())).toEqual(events.map(() => delivered));
    expect(server.documents.size).toBe(5);
  });

  test("tells the poisoned, the delayed and the taken apart, item by item", async () => {
    const faults: Record<string, { status: number; type: string }> = {
      "secret-binding/1": { status: 400, type: "mapper_parsing_exception" },
      "secret-binding/2": { status: 429, type: "rejected_execution_exception" },
      "secret-binding/3": { status: 403, type: "cluster_block_exception" },
    };
    const server = await start({ faultOf: ({ subject }) => faults[String(subject)] ?? null });
    const sink = await sinkFor(server.url);
    expect(await sink.deliver(eventsOf(5), never())).toEqual([
      delivered,
      { kind: "rejected", reason: "OpenSearch answered 400 mapper_parsing_exception" },
      { kind: "later", reason: "OpenSearch answered 429 rejected_execution_exception" },
      expect.objectContaining({ kind: "later", reason: expect.stringContaining("403") }),
      delivered,
    ]);
  });

  test("sends less at once when told 413, and gives up the one event that is too big alone", async () => {
    const server = await start({ maxBodyBytes: 4_000 });
    const sink = await sinkFor(server.url);
    const events = eventsOf(20, (at) => (at === 7 ? { data: { note: "x".repeat(5_000) } } : {}));
    const outcomes = await sink.deliver(events, never());
    expect(outcomes.map(({ kind }) => kind)).toEqual(
      events.map((_event, at) => (at === 7 ? "rejected" : "delivered")),
    );
    expect(server.documents.size).toBe(19);
  });

  test.each([
    ["a wrong password", { username: "audit", password: { path: "bad" } }, "password"],
    ["a missing index", { username: "audit", password: { path: "good" }, index: "other" }, "index"],
  ])("%s names the field", async (_what, more, field) => {
    const server = await start({ login: { username: "audit", password: "right" } });
    const world = worldOf({ good: "right", bad: "wrong" });
    const sink = await opened({ kind: "opensearch", url: server.url, ...more }, world);
    await expect(sink.check(never())).rejects.toMatchObject({ name: "SinkError", field });
    const good = await opened(
      { kind: "opensearch", url: server.url, username: "audit", password: { path: "good" } },
      world,
    );
    await expect(good.check(never())).resolves.toBeUndefined();
  });

  test("too many requests ask for patience, as long as the receiver says", async () => {
    const server = await start({
      before: () => ({ status: 429, headers: { "retry-after": "3" } }),
    });
    const sink = await sinkFor(server.url);
    await expect(sink.deliver(eventsOf(1), never())).rejects.toMatchObject({ retryAfterMs: 3_000 });
  });

  test("a login that may write but not look is told so", async () => {
    const server = await start({ before: () => ({ status: 403 }) });
    await expect((await sinkFor(server.url)).check(never())).rejects.toMatchObject({
      field: "username",
    });
  });

  test("another kind of server is not believed", async () => {
    const server = await start({ before: () => ({ status: 200, body: { ok: true } }) });
    const sink = await sinkFor(server.url);
    await expect(sink.deliver(eventsOf(1), never())).rejects.toMatchObject({ field: "url" });
  });

  test("documents hold what the console's own queries ask for, where that is wanted, of what may be seen", async () => {
    const server = await start();
    const events = eventsOf(1, () => ({ data: { region: "muscat", name: "[redacted]" } }));
    const sink = await sinkFor(server.url, { searchTerms: "included", format: "ocsf" });
    expect(await sink.deliver(events, never())).toEqual([delivered]);
    const document = server.documents.get(events[0]?.id ?? "");
    expect(document).toMatchObject({
      class_uid: 3004,
      search: { type: "runtime.secrets.rotated", outcome: "succeeded", index: "0" },
    });
    const { terms } = (document as { search: { terms: string[] } }).search;
    expect(terms).toContain("whole:14:payload.region:muscat");
    expect(terms.some((term) => term.includes("maryam"))).toBe(false);
  });

  test("OCSF events go where they are asked for", async () => {
    const server = await start();
    const sink = await sinkFor(server.url, { format: "ocsf" });
    await sink.deliver(eventsOf(1), never());
    expect([...server.documents.values()]).toMatchObject([{ class_uid: 3004 }]);
  });
});

test.each([
  [{ kind: "webhook", url: "https://user:word@siem.example/in" }, "url"],
  [{ kind: "nats-jetstream", servers: "tls://word@nats.example" }, "servers"],
  [{ kind: "webhook", url: "ftp://siem.example" }, "url"],
  [{ kind: "opensearch", url: "https://siem.example", index: "Audit" }, "index"],
  [{ kind: "syslog-tls", host: "a b" }, "host"],
  [{ kind: "syslog-tls", host: "siem", port: 0 }, "port"],
  [{ kind: "syslog-tls", host: "siem", maxMessageBytes: 480 }, "maxMessageBytes"],
  [{ kind: "splunk-hec", url: "https://siem.example" }, "token"],
  [{ kind: "datadog", apiKey: { path: "../other" } }, "apiKey"],
])("%j is refused at %s", (config, field) => {
  const { error } = SinkConfig.safeParse(config);
  expect(error?.issues[0]?.path[0]).toBe(field);
});

describe("the connection", () => {
  test("an own authority is trusted when given, a client certificate is shown, neither is forgotten", async () => {
    const tls = { ...serverTls, clientCa: authority.certificate };
    const { url } = await kept(startOpenSearch({ tls }));
    const world = worldOf({ key: client.privateKey });
    const trusting = { kind: "opensearch", url, ca: authority.certificate };
    const whole = {
      ...trusting,
      clientCertificate: client.certificate,
      clientKey: { path: "key" },
    };
    await expect((await opened(whole, world)).check(never())).resolves.toBeUndefined();
    await expect((await opened({ ...whole, ca: "" }, world)).check(never())).rejects.toMatchObject({
      field: "ca",
    });
    await expect((await opened(trusting, world)).check(never())).rejects.toMatchObject({
      name: "SinkError",
    });
    await expect(sinkOf({ ...whole, clientKey: null }, world)).rejects.toMatchObject({
      field: "clientKey",
    });
  });

  test("a certificate for another name is refused", async () => {
    const other = await authority.issue({ commonName: "other", dns: "siem.example" });
    const tls = { cert: other.certificate, key: other.privateKey };
    const { url } = await kept(startOpenSearch({ tls }));
    const sink = await opened({ kind: "opensearch", url, ca: authority.certificate });
    await expect(sink.check(never())).rejects.toMatchObject({
      field: "ca",
      message: expect.stringContaining("ERR_TLS_CERT_ALTNAME_INVALID"),
    });
  });

  test.each([
    ["opensearch", { url: "http://127.0.0.1:9/" }, "url"],
    ["opensearch", { url: "http://localhost:9/" }, "url"],
    ["syslog-tls", { host: "127.0.0.1", port: 9 }, "host"],
    ["syslog-tls", { host: "localhost", port: 9 }, "host"],
    ["nats-jetstream", { servers: "tls://127.0.0.1:9" }, "servers"],
    ["nats-jetstream", { servers: "nats://localhost:9" }, "servers"],
  ])(
    "%s: an address that is not allowed, or where nobody listens, is told: %j",
    async (kind, at, field) => {
      const refusing = await opened(
        { kind, ...at },
        worldOf({}, { isAllowedAddress: () => false }),
      );
      await expect(refusing.check(never())).rejects.toMatchObject({
        field,
        message: expect.stringContaining("may not be reached"),
      });
      const gone = await opened({ kind, ...at });
      await expect(gone.check(never())).rejects.toMatchObject({
        field,
        message: expect.stringContaining("nothing listens"),
      });
    },
  );

  test("a stop is heard", async () => {
    const { url } = await kept(startReceiver(() => "silence"));
    const sink = await opened({ kind: "webhook", url });
    const stopping = new AbortController();
    const sending = sink.deliver(eventsOf(1), stopping.signal);
    stopping.abort(new Error("stopping"));
    await expect(sending).rejects.toThrow("stopping");
  });
});

describe("syslog over TLS", () => {
  const start = (more: Partial<SyslogOptions> = {}) => kept(startSyslog({ ...serverTls, ...more }));
  const config = (port: number, more: Record<string, unknown> = {}) => ({
    kind: "syslog-tls",
    host: "localhost",
    port,
    ca: authority.certificate,
    ...more,
  });

  test("counted frames of RFC 5424, with the facts as structured data and the event as JSON", async () => {
    const server = await start();
    const sink = await opened(config(server.port));
    await sink.check(never());
    const events = eventsOf(300, (at) =>
      at === 1 ? { outcome: "denied", leafhash: 'a"]\\b' } : {},
    );
    expect(await sink.deliver(events, never())).toEqual(events.map(() => delivered));
    expect(server.faults).toEqual([]);
    expect(server.records.map(({ message }) => message.id)).toEqual(ids(events));
    expect(server.records[0]).toMatchObject({
      priority: 109,
      enterprise: 32_473,
      timestamp: "2026-11-22T10:00:00.000Z",
      hostname: "log.example",
      appName: "sovereign-console",
      msgId: "secrets.rotated",
      data: { id: events[0]?.id, leafindex: "0", outcome: "succeeded" },
      message: events[0]?.envelope,
    });
    expect(server.records[1]).toMatchObject({ priority: 108, data: { leafhash: 'a"]\\b' } });
  });

  test("what is too long goes without its payload and says so; what is too long even so is set aside", async () => {
    const server = await start();
    const sink = await opened(
      config(server.port, { maxMessageBytes: 2_048, enterpriseNumber: 57_264 }),
    );
    const events = eventsOf(
      3,
      (at) => [{}, { data: "x".repeat(3_000) }, { subject: "y".repeat(3_000) }][at] ?? {},
    );
    expect(await sink.deliver(events, never())).toEqual([
      delivered,
      delivered,
      { kind: "rejected", reason: "is longer than 2048 bytes" },
    ]);
    expect(server.records[1]?.data).toMatchObject({ id: events[1]?.id, trimmed: "data" });
    expect(server.records.map(({ enterprise }) => enterprise)).toEqual([57_264, 57_264]);
    expect(server.records[1]?.message).not.toHaveProperty("data");
  });

  test("a receiver that breaks off has not taken the batch", async () => {
    let limit: number | null = 2;
    const server = await start({ breaksAfter: () => limit });
    const sink = await opened(config(server.port));
    const events = eventsOf(2_000);
    await expect(sink.deliver(events, never())).rejects.toMatchObject({ field: "connection" });
    limit = null;
    expect(await sink.deliver(events, never())).toEqual(events.map(() => delivered));
    expect(new Set(server.records.map(({ data }) => data.id)).size).toBe(2_000);
  });

  test("a client certificate that is asked for must be there", async () => {
    const server = await start({ clientCa: authority.certificate });
    await expect((await opened(config(server.port))).check(never())).rejects.toMatchObject({
      name: "SinkError",
    });
    const more = { clientCertificate: client.certificate, clientKey: { path: "key" } };
    const sink = await opened(config(server.port, more), worldOf({ key: client.privateKey }));
    await sink.check(never());
    expect(await sink.deliver(eventsOf(1), never())).toEqual([delivered]);
  });

  test("an unknown authority is refused; a receiver that never ends is a timeout", async () => {
    const server = await start();
    await expect(
      (await opened(config(server.port, { ca: "" }))).check(never()),
    ).rejects.toMatchObject({ field: "ca" });
    const { port } = await kept(startReceiver(() => "silence"));
    const silent = await syslogTlsSink(
      {
        ...config(port),
        kind: "syslog-tls",
        clientCertificate: "",
        clientKey: null,
        maxMessageBytes: 8_192,
        enterpriseNumber: 32_473,
        format: "cloudevents",
      },
      worldOf(),
      { timeoutMillis: 500 },
    );
    await expect(silent.check(never())).rejects.toMatchObject({ name: "SinkError" });
  });
});

describe("webhook", () => {
  const start = (answer: (body: string) => Answer) =>
    kept(startReceiver(({ body }) => answer(body)));
  const seed = Buffer.alloc(32, 7);
  const publicKey = `whpk_${Buffer.from(ed25519PublicKey(seed)).toString("base64")}`;
  const world = worldOf(
    { t: "bearer-token" },
    { signed: (message) => signedHeaders(seed, message) },
  );

  test("CloudEvents batched, signed, with a token; the same batch has the same id", async () => {
    const { url, received } = await start(() => ({ status: 202 }));
    const sink = await opened({ kind: "webhook", url: `${url}/hook`, token: { path: "t" } }, world);
    const events = eventsOf(3);
    await sink.check(never());
    expect(await sink.deliver(events, never())).toEqual(events.map(() => delivered));
    await sink.deliver(events, never());
    const [, first, second] = received;
    if (!first || !second) throw new Error("nothing came");
    expect(first.path).toBe("/hook");
    expect(first.headers["content-type"]).toMatch(/^application\/cloudevents-batch\+json/);
    expect(first.headers.authorization).toBe("Bearer bearer-token");
    expect(isSignedBy(publicKey, first)).toBe(true);
    expect(JSON.parse(first.body)).toEqual(events.map(({ envelope }) => envelope));
    expect(second.headers["webhook-id"]).toBe(first.headers["webhook-id"]);
  });

  test("finds the one event that the receiver won't take", async () => {
    const { url } = await start((body) => ({
      status: body.includes('secret-binding/5"') ? 422 : 200,
    }));
    const sink = await opened({ kind: "webhook", url }, world);
    const outcomes = await sink.deliver(eventsOf(9), never());
    expect(outcomes.map(({ kind }) => kind === "rejected")).toEqual(
      Array.from({ length: 9 }, (_, at) => at === 5),
    );
  });

  test("a receiver that takes nothing at all has another trouble than the events", async () => {
    const { url } = await start(() => ({ status: 400 }));
    const sink = await opened({ kind: "webhook", url }, world);
    await expect(sink.deliver(eventsOf(4), never())).rejects.toMatchObject({ field: "url" });
  });

  test.each([
    [401, "token"],
    [404, "url"],
    [302, "url"],
    [503, "connection"],
  ])("%i names %s", async (status, field) => {
    const { url } = await start(() => ({ status, headers: { location: "http://elsewhere/" } }));
    const sink = await opened({ kind: "webhook", url }, world);
    await expect(sink.check(never())).rejects.toMatchObject({ field });
    await expect(sink.deliver(eventsOf(1), never())).rejects.toMatchObject({ field });
  });

  test("what was taken before a failure is not sent again", async () => {
    let requests = 0;
    const { url } = await start(() => ({ status: ++requests > 1 ? 500 : 200 }));
    const sink = await opened({ kind: "webhook", url }, world);
    const kinds = (await sink.deliver(eventsOf(300), never())).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "delivered")).toHaveLength(200);
    expect(kinds.slice(200).every((kind) => kind === "later")).toBe(true);
  });
});

describe("Splunk HEC", () => {
  const start = (options: Partial<SplunkOptions> = {}) =>
    kept(startSplunk({ token: "right", indexes: ["audit"], ...options }));
  const world = worldOf({ t: "right", bad: "wrong" });
  const config = (url: string, more: Record<string, unknown> = {}) => ({
    kind: "splunk-hec",
    url,
    token: { path: "t" },
    index: "audit",
    ...more,
  });

  test("is delivered when the indexers say so", async () => {
    const server = await start({ writtenAfterPolls: 2 });
    const sink = await opened(config(server.url), world);
    await sink.check(never());
    const events = eventsOf(3);
    expect(await sink.deliver(events, never())).toEqual(events.map(() => delivered));
    expect(server.events).toMatchObject(
      events.map(({ id, envelope }) => ({ event: envelope, index: "audit", fields: { id } })),
    );
    expect(server.events[0]?.time).toBe(Date.UTC(2026, 10, 22, 10) / 1_000);
  });

  test("is not delivered as long as they don't", async () => {
    const server = await start({ writtenAfterPolls: Number.POSITIVE_INFINITY });
    const whole = {
      clientCertificate: "",
      clientKey: null,
      ca: "",
      format: "cloudevents",
    } as const;
    const sink = await splunkHecSink(
      {
        kind: "splunk-hec",
        url: server.url,
        token: { path: "t", field: "value" },
        index: "audit",
        acknowledgement: "required",
        ...whole,
      },
      world,
      { acknowledgedWithinMillis: 300 },
    );
    stops.push(() => sink.close());
    expect(await sink.deliver(eventsOf(1), never())).toMatchObject([{ kind: "later" }]);
  });

  test.each([
    ["a token without acknowledgement", { hasAcknowledgement: false }, {}, "acknowledgement"],
    ["a wrong token", {}, { token: { path: "bad" } }, "token"],
  ])("%s names the field", async (_what, options, more, field) => {
    const server = await start(options);
    const sink = await opened(config(server.url, more), world);
    await expect(sink.check(never())).rejects.toMatchObject({ field });
  });

  test("an index that is not there, a busy server, a token without acknowledgement on purpose", async () => {
    let isBusy = true;
    const server = await start({ hasAcknowledgement: false, isBusy: () => isBusy });
    const free = { acknowledgement: "none" };
    const sink = await opened(config(server.url, free), world);
    await expect(sink.deliver(eventsOf(1), never())).rejects.toMatchObject({ field: "connection" });
    isBusy = false;
    await sink.check(never());
    expect(await sink.deliver(eventsOf(1), never())).toEqual([delivered]);
    const lost = await opened(config(server.url, { ...free, index: "nowhere" }), world);
    await expect(lost.deliver(eventsOf(2), never())).rejects.toMatchObject({ field: "index" });
  });

  test("sends less at once when told 413", async () => {
    const server = await start({ maxBodyBytes: 3_000 });
    const sink = await opened(config(server.url), world);
    const events = eventsOf(12);
    expect(await sink.deliver(events, never())).toEqual(events.map(() => delivered));
    expect(server.events).toHaveLength(12);
  });
});

describe("Datadog", () => {
  const world = worldOf({ k: "right", bad: "wrong" });
  const config = (url: string, path = "k") => ({ kind: "datadog", url, apiKey: { path } });

  test("at most 1000 logs a request, none above a megabyte", async () => {
    const server = await kept(startDatadog("right"));
    const sink = await opened(config(server.url), world);
    await sink.check(never());
    const events = eventsOf(1_200, (at) => (at === 3 ? { data: "x".repeat(1_000_001) } : {}));
    const outcomes = await sink.deliver(events, never());
    expect(outcomes.filter(({ kind }) => kind === "delivered")).toHaveLength(1_199);
    expect(outcomes[3]).toMatchObject({ kind: "rejected" });
    expect(server.sizes).toEqual([0, 1_000, 199]);
    expect(server.logs[0]).toMatchObject({
      ddsource: "sovereign-console",
      event: { id: events[0]?.id },
      message: "runtime.secrets.rotated",
    });
  });

  test("a wrong key names itself; too many requests ask for patience; 413 is halved", async () => {
    const server = await kept(startDatadog("right", { maxBytes: 4_000 }));
    await expect(
      (await opened(config(server.url, "bad"), world)).check(never()),
    ).rejects.toMatchObject({
      field: "apiKey",
    });
    const sink = await opened(config(server.url), world);
    server.isBusyFor(1);
    const trouble = await sink.deliver(eventsOf(2), never()).catch((error: SinkError) => error);
    expect(trouble).toMatchObject({ retryAfterMs: 7_000 });
    expect(await sink.deliver(eventsOf(20), never())).toEqual(Array(20).fill(delivered));
    expect(server.logs).toHaveLength(20);
  });
});
