import { randomUUID } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import { MAPPERS } from "#server/engines/ingest/mapper-of.ts";
import { closePools, withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { serviceOf, userOf } from "#test/fixtures/callers.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { deadLetter, deadLetters, receivedOverview } from "../queries.ts";
import { receiveEvents } from "./receive-events.ts";
import { settleDeadLetter } from "./settle-dead-letter.ts";

afterAll(closePools);

const REASON = "looked at with the sender";
const source = { how: "caller", kind: "cloudevents", name: "ledger" } as const;

async function refused(tenant: AuthorizedTenantId, over: object): Promise<string> {
  const original = { specversion: "1.0", id: randomUUID(), source: "/l", type: "a.b", ...over };
  const caller = serviceOf(tenant, "ledger", "unknown", ["runtime.events.write"]);
  const { results } = await runVerb(receiveEvents, caller, { source, events: [{ original }] });
  const [result] = results;
  if (result?.status !== "refused" || !result.deadLetterId) throw new Error("it was not refused");
  return result.deadLetterId;
}

test("one that is mended becomes an event that says who mended it; its end is an event of its own", async () => {
  const tenant = await newTenant("settle");
  const officer = userOf(tenant, "officer");
  const id = await refused(tenant, { time: "noon", data: { token: "hide-me-please" } });
  const read = (deadLetterId: string) =>
    withTenant(tenant, "tenant", (tx) => deadLetter(tx, tenant, deadLetterId), { readOnly: true });
  const kept = await read(id);
  expect(kept).toMatchObject({
    state: "waiting",
    reason: "malformed",
    field: "time",
    sourceName: "ledger",
    isMasked: true,
  });
  const envelope = JSON.parse(kept.envelope ?? "");
  expect(envelope).toMatchObject({ time: "noon", data: { token: "[masked]" } });
  const settle = (over: object) =>
    runVerb(settleDeadLetter, officer, {
      act: "redrive",
      deadLetterId: id,
      reason: REASON,
      ...over,
    } as never);
  for (const [over, field] of [
    [{}, "envelope"],
    [{ envelope: "{" }, "envelope"],
    [{ envelope: JSON.stringify({ ...envelope, time: null, tenant: "other" }) }, "envelope"],
    [{ reason: "short" }, "reason"],
  ] as const) {
    await expect(settle(over)).rejects.toMatchObject({ code: "invalid", details: { field } });
  }
  const mended = { ...envelope, time: "2026-11-22T12:00:00Z" };
  const done = await settle({ envelope: JSON.stringify(mended) });
  expect(done).toMatchObject({ state: "redriven", eventId: expect.any(String) });
  await expect(settle({ act: "discard" })).rejects.toMatchObject({ code: "conflict" });
  const logged = await eventsOf(tenant);
  expect(logged.find(({ eventId }) => eventId === done.eventId)).toMatchObject({
    type: "runtime.received.a.b",
    payload: { received: { from: "ledger", mendedBy: "Name of officer" } },
  });
  expect(logged.find(({ type }) => type === "runtime.events.dead-letter-redriven")).toMatchObject({
    subject: `event-dead-letter/${id}`,
    payload: { reason: REASON, was: "malformed", became: done.eventId, isMended: true },
  });
  expect(await read(id)).toMatchObject({ state: "redriven", becameEventId: done.eventId });
});

test("what a connector could not map is mended in its source's own form", async () => {
  const tenant = await newTenant("settle");
  const caller = serviceOf(tenant, "falco", "unknown", ["runtime.events.write"]);
  const alert = { priority: "Warning", name: "Drop and execute new binary in container" };
  const { results } = await runVerb(receiveEvents, caller, {
    source: { how: "webhook", kind: "falco", name: "falco" },
    events: MAPPERS.falco(alert, "falco"),
  });
  const [result] = results;
  if (result?.status !== "refused" || !result.deadLetterId) throw new Error("it was not refused");
  const { deadLetterId } = result;
  const redrive = (envelope: object) =>
    runVerb(settleDeadLetter, userOf(tenant, "officer"), {
      act: "redrive",
      deadLetterId,
      envelope: JSON.stringify(envelope),
      reason: REASON,
    });
  await expect(redrive([alert, alert])).rejects.toMatchObject({ code: "invalid" });
  const { eventId } = await redrive({ ...alert, rule: alert.name });
  expect((await eventsOf(tenant)).find((event) => event.eventId === eventId)).toMatchObject({
    type: "runtime.received.org.falco.warning.drop-and-execute-new-binary-in-container",
  });
});

test("one that is discarded is kept with why, and no longer waits; another tenant's is not there", async () => {
  const [tenant, other] = [await newTenant("settle"), await newTenant("settle")];
  const officer = userOf(tenant, "officer");
  const id = await refused(tenant, { tenant: other });
  const discard = (caller = officer) =>
    runVerb(settleDeadLetter, caller, { act: "discard", deadLetterId: id, reason: REASON });
  await expect(discard(userOf(other, "officer"))).rejects.toMatchObject({ code: "not_found" });
  await expect(discard(userOf(tenant, "dev", { roles: ["developer"] }))).rejects.toMatchObject({
    code: "forbidden",
  });
  const lists = () =>
    withTenant(tenant, "tenant", async (tx) => ({
      overview: await receivedOverview(tx, tenant),
      waiting: await deadLetters(tx, tenant, { state: "waiting", after: null }),
      discarded: await deadLetters(tx, tenant, { state: "discarded", after: null }),
    }));
  const before = await lists();
  expect(before.waiting.items).toMatchObject([{ deadLetterId: id, reason: "foreign-tenant" }]);
  expect(before.overview).toMatchObject({
    waiting: 1,
    sources: [{ name: "ledger", how: "caller", today: { refused: 1 }, ever: { refused: 1 } }],
  });
  expect(await discard()).toEqual({ state: "discarded", eventId: null });
  const after = await lists();
  expect([after.overview.waiting, after.waiting.items]).toEqual([0, []]);
  expect(after.discarded.items).toMatchObject([
    { settledBy: "Name of officer", settledReason: REASON },
  ]);
  const types = (await eventsOf(tenant)).map(({ type }) => type);
  expect(types).toContain("runtime.events.dead-letter-discarded");
});
