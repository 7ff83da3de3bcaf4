import fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonValue } from "../canonical-json/canonical-json.ts";
import { holdsKnownSecret } from "../secret-shapes/holds-known-secret.ts";
import { MASK, maskKnownSecrets, maskText } from "../secret-shapes/mask-known-secrets.ts";
import { isFault, readCloudEvent } from "./cloud-event.ts";
import { judgeEvent } from "./judge-event.ts";
import { readHttpMessage } from "./read-http-message.ts";
import { receivedRecord, receivedType } from "./received-record.ts";

const valid = { specversion: "1.0", id: "1", source: "/a/b", type: "com.example.done" };
const bytes = (value: unknown) =>
  new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
const headers = (given: Record<string, string>) => new Map(Object.entries(given));

test.each<[string | null, Record<string, JsonValue>]>([
  ["specversion", { specversion: "0.3" }],
  ["id", { id: "" }],
  ["id", { id: 7 }],
  ["id", { id: "a\u0000b" }],
  ["id", { id: "\ud800" }],
  ["source", { source: "has space" }],
  ["type", { type: null }],
  ["time", { time: "yesterday" }],
  ["time", { time: "2026-02-30T00:00:00" }],
  ["time", { time: "2026-13-01T00:00:00Z" }],
  ["subject", { subject: "" }],
  ["datacontenttype", { datacontenttype: "json" }],
  ["data_base64", { data_base64: "$$" }],
  ["data_base64", { data_base64: "AAAA", data: 1 }],
  [null, { Upper: "x" }],
  ["ext", { ext: { nested: true } }],
  ["ext", { ext: 1.5 }],
])("%s is refused by name: %j", (field, over) => {
  const read = readCloudEvent({ ...valid, ...over });
  expect(isFault(read) && read.field).toBe(field);
});

test("an event as the specification has it is read; null is not there; time comes as UTC", () => {
  const read = readCloudEvent({
    ...valid,
    time: "2018-04-05T17:31:00+04:00",
    subject: null,
    comexampleextension1: "value",
    comexampleothervalue: 5,
    data: { x: 1 },
  });
  expect(read).toMatchObject({
    time: "2018-04-05T13:31:00.000Z",
    subject: null,
    extensions: { comexampleextension1: "value", comexampleothervalue: 5 },
  });
});

test("the three modes of the HTTP binding carry the same event", () => {
  const event = { ...valid, datacontenttype: "application/json", data: { x: "ü" }, subject: "ä b" };
  const structured = readHttpMessage({
    headers: headers({ "content-type": "application/cloudevents+json; charset=utf-8" }),
    body: bytes(event),
  });
  const batched = readHttpMessage({
    headers: headers({ "content-type": "application/cloudevents-batch+json" }),
    body: bytes([event, event]),
  });
  const binary = readHttpMessage({
    headers: headers({
      "content-type": "application/json",
      "ce-specversion": "1.0",
      "ce-id": "1",
      "ce-source": "/a/b",
      "ce-type": "com.example.done",
      "ce-subject": "%C3%A4%20b",
    }),
    body: bytes({ x: "ü" }),
  });
  const of = (message: ReturnType<typeof readHttpMessage>) =>
    message.mode === "too-many" ? [] : message.events.map(({ original }) => original);
  expect(of(structured)).toEqual([event]);
  expect(of(batched)).toEqual([event, event]);
  expect(of(binary)).toEqual([event]);
});

test("what is no JSON, no UTF-8 or no array is kept as it came, with what is wrong", () => {
  const type = { "content-type": "application/cloudevents-batch+json" };
  for (const [body, detail] of [
    [bytes("{"), /not JSON/],
    [new Uint8Array([0xff]), /not UTF-8/],
    [bytes({}), /array/],
  ] as const) {
    const message = readHttpMessage({ headers: headers(type), body });
    if (message.mode === "too-many") throw new Error("none is too many");
    const judged = judgeEvent(message.events[0] as { original: JsonValue }, "acme");
    expect(judged).toMatchObject({ kind: "refused", fault: { reason: "malformed" } });
    expect(judged.kind === "refused" && judged.fault.detail).toMatch(detail);
  }
});

test("another tenant's event is refused in the same words as an absent one's; one's own is taken", () => {
  const judge = (tenant: string) => judgeEvent({ original: { ...valid, tenant } }, "acme");
  const [foreign, absent] = [judge("lulu"), judge("nobody")];
  expect(foreign).toMatchObject({ kind: "refused", fault: { reason: "foreign-tenant" } });
  expect(foreign.kind === "refused" && foreign.fault).toEqual(
    absent.kind === "refused" && absent.fault,
  );
  expect(judge("acme").kind).toBe("event");
});

const TOKEN = `ghp_${"a1".repeat(18)}`;

test("secrets are masked in data and extensions, refused in what tells events apart, and never kept", () => {
  const masked = judgeEvent(
    {
      original: {
        ...valid,
        note: `with ${TOKEN} in it`,
        data: { list: [{ password: "hunter2" }], url: `https://x/?t=${TOKEN}`, n: 1 },
      },
    },
    "acme",
  );
  expect(masked).toMatchObject({
    kind: "event",
    masked: ["data.list.0.password", "data.url", "note"],
    event: {
      data: { list: [{ password: MASK }], url: `https://x/?t=${MASK}`, n: 1 },
      extensions: { note: `with ${MASK} in it` },
    },
  });
  const refused = judgeEvent({ original: { ...valid, subject: TOKEN } }, "acme");
  expect(refused).toMatchObject({
    kind: "refused",
    fault: { reason: "secret", field: "subject" },
    kept: { isMasked: true },
  });
  expect(refused.kind === "refused" && refused.kept.text).not.toContain(TOKEN);
  const inBase64 = { ...valid, data_base64: Buffer.from(`key ${TOKEN}`).toString("base64") };
  expect(judgeEvent({ original: inBase64 }, "acme")).toMatchObject({
    event: { data: MASK },
    masked: ["data"],
  });
});

test("what is too large is kept to 64 KiB, without half a character", () => {
  const judged = judgeEvent({ original: { ...valid, data: "ü".repeat(50_000) } }, "acme");
  if (judged.kind !== "refused") throw new Error("it is larger than 64 KiB");
  expect(judged).toMatchObject({ fault: { reason: "too-large" }, kept: { isCut: true } });
  expect(Buffer.byteLength(judged.kept.text)).toBeLessThanOrEqual(65_536);
  expect(judged.kept.text).not.toContain("\ufffd");
});

test("whatever comes in, judging neither throws nor lets a known secret through", () => {
  const loose = fc.record(
    {
      specversion: fc.constant("1.0"),
      id: fc.string(),
      source: fc.constantFrom("/a", "urn:x", " "),
      type: fc.string(),
      data: fc.jsonValue(),
      [`x${"y"}`]: fc.constantFrom(TOKEN, "plain"),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(loose, fc.jsonValue()), (original) => {
      const judged = judgeEvent({ original: original as JsonValue }, "acme");
      if (judged.kind === "refused") return !holdsKnownSecret(judged.kept.text);
      const { payload } = receivedRecord(judged.event, { kind: "nats", name: "n" }, judged.masked);
      return !holdsKnownSecret(JSON.stringify(payload.data ?? null));
    }),
  );
});

test("masking leaves what is no secret byte for byte, and masks twice as once", () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(5), (text, at) => {
      const once = maskText(text.slice(0, at) + TOKEN + text.slice(at));
      return maskText(once) === once && !holdsKnownSecret(once);
    }),
  );
  const harmless = { client_token: `hmac-sha256:${"0".repeat(64)}`, secretName: "db", tokens: 12 };
  expect(maskKnownSecrets(harmless)).toEqual({ value: harmless, paths: [] });
});

test("no sender's type becomes a type of the console's own", () => {
  expect(receivedType("io.kubernetes.audit.create")).toBe(
    "runtime.received.io.kubernetes.audit.create",
  );
  expect(receivedType("runtime.secrets.rotated")).toBe("runtime.received.runtime.secrets.rotated");
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (type) => {
      const name = receivedType(type);
      return /^runtime\.received(\.[a-z][a-z0-9-]*)+$/.test(name) && name.length <= 200;
    }),
  );
});

test("outcome, principal, trace and the rest are told in their places", () => {
  const traceparent = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
  const judged = judgeEvent(
    {
      original: {
        ...valid,
        time: "2026-11-22T08:00:00Z",
        tenant: "acme",
        principal: "alice",
        outcome: "denied",
        traceparent,
        region: "muscat",
      },
    },
    "acme",
  );
  if (judged.kind !== "event") throw new Error("it is well-formed");
  const record = receivedRecord(judged.event, { kind: "cloudevents", name: "ci" }, judged.masked);
  expect(record).toEqual({
    type: "runtime.received.com.example.done",
    outcome: "denied",
    occurredAt: "2026-11-22T08:00:00.000Z",
    traceparent,
    payload: {
      received: {
        from: "ci",
        kind: "cloudevents",
        id: "1",
        source: "/a/b",
        type: "com.example.done",
        time: "2026-11-22T08:00:00.000Z",
        principal: "alice",
        extensions: { region: "muscat" },
      },
    },
  });
});
