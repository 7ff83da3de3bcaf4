import { createHash, randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { closeIdentityPools } from "#server/platform/db/identity-pool.ts";
import { closePools } from "#server/platform/db/tenant-transaction.ts";
import { mintAuthorizedTenant } from "#server/platform/tenancy/authorized-tenant.ts";
import type { ApiClient } from "#test/fixtures/api-client.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { ServiceCallers } from "#test/fixtures/service-callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { POST } from "./route.ts";

const TENANT = "acme-shop";
const tenant = mintAuthorizedTenant(TENANT);
const STRUCTURED = { "content-type": "application/cloudevents+json" };
const BATCHED = { "content-type": "application/cloudevents-batch+json" };
let callers: ServiceCallers;
let sender: ApiClient;
let other: ApiClient;
let developer: ApiClient;

beforeAll(async () => {
  callers = await ServiceCallers.start({ tenants: [TENANT, "lulu-hypermarket"] });
  sender = await callers.client("ledger", { roles: ["event-reporter"] });
  other = await callers.client("billing", { roles: ["event-reporter"] });
  developer = await callers.client("someone", { roles: ["developer"] });
}, 60_000);
afterAll(async () => {
  await closePools();
  await closeIdentityPools();
  await callers?.stop();
});

async function send(
  body: unknown,
  headers: Record<string, string> = STRUCTURED,
  client: ApiClient = sender,
) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const response = await client.call(POST, "POST", "/api/v1/events", { body: text, headers });
  const answer = await response.text();
  return { status: response.status, answer: answer ? JSON.parse(answer) : null, text: answer };
}

const event = (over: object = {}) => ({
  specversion: "1.0",
  id: randomUUID(),
  source: "/ledger",
  type: "com.example.ledger.closed",
  time: "2026-11-22T08:00:00+04:00",
  data: { entries: 12 },
  ...over,
});

const loggedOf = async (id: string) =>
  (await eventsOf(tenant)).filter(({ payload }) => payload.received?.id === id);

test("an event in each mode is in the log, marked as received, with who vouches for it", async () => {
  const [one, two, three] = [
    event({ principal: "closing-job", outcome: "denied" }),
    event(),
    event(),
  ];
  const first = await send(one);
  expect([first.status, first.answer]).toEqual([
    200,
    {
      received: 1,
      repeated: 0,
      refused: 0,
      results: [{ status: "received", eventId: expect.any(String), masked: 0 }],
    },
  ]);
  expect((await send([two], BATCHED)).answer.received).toBe(1);
  const binary = await send(three.data, {
    "content-type": "application/json",
    "ce-specversion": "1.0",
    "ce-id": three.id,
    "ce-source": three.source,
    "ce-type": three.type,
  });
  expect(binary.answer.received).toBe(1);
  const [logged] = await loggedOf(one.id);
  expect(logged).toMatchObject({
    eventId: first.answer.results[0].eventId,
    type: "runtime.received.com.example.ledger.closed",
    outcome: "denied",
    actorKind: "service",
    payload: {
      data: { entries: 12 },
      received: { source: "/ledger", principal: "closing-job", kind: "cloudevents" },
      actor: { kind: "service" },
    },
  });
  expect(logged?.envelope).toMatchObject({
    vouchedby: logged?.envelope.principal,
    receivedfrom: expect.any(String),
    occurredat: "2026-11-22T04:00:00.000Z",
  });
  // Nothing of the sender's own words stands in what can't be erased.
  expect(JSON.stringify(logged?.envelope)).not.toContain("closing-job");
  const [pending] = await asSuperuser<{ n: number }>(
    "SELECT count(*)::int AS n FROM audit_pending WHERE tenant_id = $1 AND event_id = $2",
    [TENANT, logged?.eventId],
  );
  expect(pending?.n).toBe(1);
  expect(await loggedOf(three.id)).toMatchObject([{ payload: { data: { entries: 12 } } }]);
});

test("taken once by source and id, however often and whoever at once; another voucher's is another", async () => {
  const one = event();
  const answers = await Promise.all(
    [1, 2, 3, 4].map(async (each) =>
      each % 2 ? (await send(one)).answer : (await send([one, event(), one], BATCHED)).answer,
    ),
  );
  expect(answers.reduce((sum, { received }) => sum + received, 0)).toBe(1 + 2);
  expect(await loggedOf(one.id)).toHaveLength(1);
  const again = await send(one);
  expect(again.answer.results).toEqual([
    { status: "repeated", eventId: (await loggedOf(one.id))[0]?.eventId },
  ]);
  expect((await send(one, STRUCTURED, other)).answer.received).toBe(1);
  const changed = await send({ ...one, data: { entries: 13 } });
  expect(changed).toMatchObject({ status: 409, answer: { code: "conflict", field: "id" } });
  expect(await loggedOf(one.id)).toHaveLength(2);
});

test("each of a batch is judged alone; a foreign tenant's answers as an absent one's", async () => {
  const good = event();
  const batch = [good, event({ source: "no uri" }), event({ tenant: "lulu-hypermarket" }), 7];
  const { status, answer } = await send(batch, BATCHED);
  expect([status, answer.received, answer.refused]).toEqual([200, 1, 3]);
  expect(answer.results.slice(1)).toMatchObject([
    { reason: "malformed", field: "source", deadLetterId: expect.any(String) },
    { reason: "foreign-tenant", field: "tenant", detail: "No such tenant." },
    { reason: "malformed", field: null },
  ]);
  const [foreign, absent] = [
    await send(event({ tenant: "lulu-hypermarket" })),
    await send(event({ tenant: "nobody-at-all" })),
  ];
  const told = ({ answer: { traceId, deadLetterId, ...rest } }: typeof foreign) => rest;
  expect(told(foreign)).toEqual(told(absent));
  expect([foreign.status, absent.status]).toEqual([404, 404]);
  const foreignEvents = await eventsOf(mintAuthorizedTenant("lulu-hypermarket"));
  expect(foreignEvents.filter(({ type }) => type.startsWith("runtime.received"))).toEqual([]);
  const denied = (await eventsOf(tenant)).filter(({ type }) => type === "runtime.events.refused");
  expect(denied.map(({ payload }) => payload)).toContainEqual(
    expect.objectContaining({ count: 3, reasons: { malformed: 2, "foreign-tenant": 1 } }),
  );
});

test("a secret neither reaches the log nor the dead letters nor the answer", async () => {
  const canary = `ghp_${createHash("sha256").update(randomBytes(8)).digest("hex").slice(0, 36)}`;
  const one = event({ data: { note: `use ${canary}`, password: "correct-horse" } });
  const taken = await send(one);
  expect(taken.answer.results).toMatchObject([{ status: "received", masked: 2 }]);
  expect(await loggedOf(one.id)).toMatchObject([
    {
      payload: {
        data: { note: "use [masked]", password: "[masked]" },
        received: { masked: ["data.note", "data.password"] },
      },
    },
  ]);
  const refused = await send(event({ subject: canary }));
  expect(refused).toMatchObject({ status: 400, answer: { code: "invalid", field: "subject" } });
  expect(refused.text).not.toContain(canary);
  const broken = await send(`{"token": "${canary}"`);
  expect(broken).toMatchObject({ status: 400, answer: { field: "body" } });
  const logged = JSON.stringify(await eventsOf(tenant));
  expect(logged).not.toContain(canary);
  expect(logged).not.toContain("correct-horse");
});

test("nobody without the scope, nothing that is no event, not more than a batch may have", async () => {
  expect((await send(event(), STRUCTURED, developer)).status).toBe(403);
  expect((await send("{}", { "content-type": "application/json" })).status).toBe(415);
  expect((await send(Array(1_001).fill(1), BATCHED)).status).toBe(413);
  expect((await send("x".repeat(1024 * 1024 + 1))).status).toBe(413);
  const large = event({ data: "y".repeat(70_000) });
  expect((await send(large)).status).toBe(413);
  const [kept] = await asSuperuser<{ is_cut: boolean; size_bytes: number }>(
    "SELECT is_cut, size_bytes FROM event_dead_letter WHERE tenant_id = $1 AND reason = 'too-large'",
    [TENANT],
  );
  expect(kept).toMatchObject({ is_cut: true });
  expect(kept?.size_bytes).toBeGreaterThan(70_000);
});
