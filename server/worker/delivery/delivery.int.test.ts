import { Registry } from "prom-client";
import { beforeEach, expect, test } from "vitest";
import { sealPendingAudit } from "#server/features/audit/index.ts";
import { emit } from "#server/features/audit/testing/audit-fixture.ts";
import { MOST_DEAD_LETTERS } from "#server/features/delivery/index.ts";
import { check } from "#server/features/delivery/queries.ts";
import { refreshSinkMetrics } from "#server/features/delivery/sink-metrics.ts";
import {
  addSink,
  lettersOf,
  officerOf,
  sealedEventsOf,
  sinkNow,
  WEBHOOK,
} from "#server/features/delivery/testing/delivery-fixture.ts";
import { askCheck } from "#server/features/delivery/verbs/ask-check.ts";
import { beginBackfill } from "#server/features/delivery/verbs/begin-backfill.ts";
import { settleDeadLetters } from "#server/features/delivery/verbs/settle-dead-letters.ts";
import {
  type DeliverableEvent,
  type DeliveryOutcome,
  type Sink,
  SinkError,
} from "#server/integrations/sinks/sink.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { typesOf } from "#test/fixtures/audit-log.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { answerChecks } from "./answer-checks.ts";
import { type Delivering, deliverCursor } from "./deliver-cursor.ts";
import { OpenSinks } from "./open-sinks.ts";
import { tellLag } from "./tell-lag.ts";

let tenant: AuthorizedTenantId;
let receiver: Receiver;
beforeEach(async () => {
  tenant = await newTenant("delivered");
  receiver = new Receiver();
});

test("each sealed event arrives once, in the order of the log, with its leaf and what it says", async () => {
  await sealedEventsOf(tenant, 620);
  const { sinkId, liveId } = await addSink(tenant);
  await sealPendingAudit(tenant);
  await deliver(liveId);
  const size = Number(await logSize());
  expect(receiver.took.map(({ seq }) => Number(seq))).toEqual(
    Array.from({ length: size }, (_, at) => at),
  );
  expect(receiver.took[0]?.envelope).toMatchObject({
    type: "runtime.secrets.rotated",
    tenant,
    leafindex: "0",
    leafhash: expect.stringMatching(/^[0-9a-f]{64}$/),
    data: { reason: "on schedule" },
  });
  const { sink } = await sinkNow(tenant, sinkId);
  expect(sink).toMatchObject({ lagEvents: "0", live: { delivered: String(size), trouble: null } });
  expect(sink.perMinute).toBeGreaterThan(0);
  const registry = new Registry();
  await refreshSinkMetrics(registry);
  const told = await registry.metrics();
  expect(told).toMatch(new RegExp(`console_sink_delivered\\{tenant="${tenant}".*\\} ${size}\\n`));
  expect(told).toMatch(new RegExp(`console_sink_lag_events\\{tenant="${tenant}".*\\} 0\\n`));
  // What was delivered is no news of the log: it comes to rest.
  await sealPendingAudit(tenant);
  expect(Number(await logSize())).toBe(size);
});

test("it gets what it asks for, without what its rules mask; an erased payload leaves the envelope", async () => {
  const keep = await emit(tenant, {
    type: "runtime.secrets.rotated",
    payload: { reason: "kept", who: "Alia" },
  });
  await emit(tenant, { type: "runtime.access.denied", payload: { reason: "not asked for" } });
  const gone = await emit(tenant, { payload: { reason: "to be erased" } });
  await sealPendingAudit(tenant);
  await asSuperuser("DELETE FROM audit_payload WHERE tenant_id = $1 AND event_id = $2", [
    tenant,
    gone,
  ]);
  const { sinkId, liveId } = await addSink(tenant, {
    query: "type:runtime.secrets.*",
    masking: [{ at: "who", action: "redact" }],
  });
  await deliver(liveId);
  expect(receiver.took.map(({ id }) => id)).toEqual([keep, gone]);
  expect(receiver.took[0]?.envelope).toMatchObject({ data: { reason: "kept", who: "[redacted]" } });
  expect(receiver.took[1]?.envelope).toMatchObject({ id: gone, payloadstate: "erased" });
  expect(receiver.took[1]?.envelope).not.toHaveProperty("data");
  expect((await sinkNow(tenant, sinkId)).sink.live.passedOver).not.toBe("0");
});

test("a worker that dies after sending sends again; by their ids each is there once", async () => {
  await sealedEventsOf(tenant, 40);
  const { liveId } = await addSink(tenant);
  receiver.afterNext = async () => {
    // Its lease runs out while it is gone, and another takes over.
    await asSuperuser(
      "UPDATE sink_cursor SET lease_until = clock_timestamp() WHERE tenant_id = $1",
      [tenant],
    );
    await deliver(liveId, delivering());
  };
  await deliver(liveId);
  expect(receiver.offered).toBe(2 * receiver.took.length);
  expect(receiver.took).toHaveLength(40);
  const [cursor] = await asSuperuser<{ delivered: string }>(
    "SELECT delivered FROM sink_cursor WHERE tenant_id = $1",
    [tenant],
  );
  // The one that came back from the dead is not listened to.
  expect(cursor?.delivered).toBe("40");
});

test("a poison event is set aside and the rest flow on; redriven it arrives, discarded it is settled", async () => {
  const ids = await sealedEventsOf(tenant, 9);
  const [poison = "", crasher = ""] = [ids[3], ids[6]];
  const { sinkId, liveId } = await addSink(tenant);
  receiver.judge = (event) => {
    if (event.id === crasher) throw new TypeError("a bug of the driver");
    return event.id === poison
      ? { kind: "rejected", reason: "mapping conflict" }
      : { kind: "delivered" };
  };
  await deliver(liveId);
  expect(receiver.took.map(({ id }) => id)).toEqual(
    ids.filter((id) => id !== poison && id !== crasher),
  );
  const letters = await lettersOf(tenant, "waiting");
  expect(letters.map(({ eventId, reason }) => [eventId, reason])).toEqual(
    expect.arrayContaining([
      [poison, "mapping conflict"],
      [crasher, "it could not be sent (TypeError)"],
    ]),
  );
  const settle = (eventId: string, act: "redrive" | "discard") =>
    runVerb(settleDeadLetters, officerOf(tenant), {
      sinkId,
      letterIds: letters.filter((each) => each.eventId === eventId).map(({ letterId }) => letterId),
      act,
      reason: "the mapping was mended",
    });
  await settle(crasher, "discard");
  await settle(poison, "redrive");
  receiver.judge = () => ({ kind: "delivered" });
  const { sink } = await sinkNow(tenant, sinkId);
  const redrive = sink.cursors.find(({ kind }) => kind === "redrive");
  await deliver(redrive?.cursorId ?? "");
  expect(receiver.took.at(-1)?.id).toBe(poison);
  expect((await lettersOf(tenant, "delivered")).map(({ eventId }) => eventId)).toEqual([poison]);
  expect((await lettersOf(tenant, "discarded")).map(({ eventId }) => eventId)).toEqual([crasher]);
  expect(await typesOf(tenant)).toEqual(
    expect.arrayContaining([
      "runtime.delivery.events-set-aside",
      "runtime.delivery.dead-letters-redriven",
      "runtime.delivery.redrive-done",
    ]),
  );
});

test("that an event of setting aside is set aside is not told again", async () => {
  await sealedEventsOf(tenant, 2);
  const { liveId } = await addSink(tenant);
  receiver.judge = () => ({ kind: "rejected", reason: "never" });
  for (let round = 0; round < 4; round += 1) {
    await deliver(liveId);
    await sealPendingAudit(tenant);
  }
  const told = (await typesOf(tenant)).filter((type) => type.endsWith("events-set-aside"));
  expect(told).toHaveLength(2);
});

test("a sink that is down loses nothing: one try at a time, then all of it; a backfill goes its own way", async () => {
  await sealedEventsOf(tenant, 5);
  const { sinkId, liveId } = await addSink(tenant);
  receiver.down = new SinkError({
    field: "url",
    message: "connection refused",
    remedy: "Start it.",
  });
  for (let failures = 1; failures <= 5; failures += 1) {
    await deliver(liveId);
    const { sink } = await sinkNow(tenant, sinkId);
    expect(sink.live).toMatchObject({
      failures,
      nextLeaf: "0",
      circuit: failures < 5 ? "closed" : "open",
      trouble: { field: "url", message: "connection refused", remedy: "Start it." },
    });
    expect(sink.live.nextAttemptAt.getTime()).toBeGreaterThan(sink.asOf.getTime());
    // Before its pause is over nothing is tried.
    const offered = receiver.offered;
    await deliver(liveId, delivering(), false);
    expect(receiver.offered).toBe(offered);
  }
  receiver.sizes.length = 0;
  receiver.down = null;
  const { cursorId } = await runVerb(beginBackfill, officerOf(tenant), { sinkId });
  await deliver(cursorId);
  expect(receiver.sizes).toEqual([5]);
  await deliver(liveId);
  expect(receiver.sizes.slice(1, 3)).toEqual([1, 4]);
  expect(receiver.took.map(({ id }) => id)).toHaveLength(
    new Set(receiver.took.map(({ id }) => id)).size,
  );
  const { sink } = await sinkNow(tenant, sinkId);
  expect(sink.live).toMatchObject({ failures: 0, circuit: "closed" });
  expect(sink.cursors).toMatchObject([{ kind: "backfill", state: "done" }]);
  expect((await typesOf(tenant)).filter((type) => /sink-(down|recovered)/.test(type))).toEqual([
    "runtime.delivery.sink-down",
    "runtime.delivery.sink-recovered",
  ]);
});

test("a receiver that says how long to wait is left alone that long; what it took before is not lost", async () => {
  const ids = await sealedEventsOf(tenant, 4);
  const { sinkId, liveId } = await addSink(tenant);
  receiver.judge = ({ id }) =>
    ids.indexOf(id) >= 2
      ? { kind: "later", reason: "HTTP 429", retryAfterMs: 120_000 }
      : { kind: "delivered" };
  await deliver(liveId);
  const { sink } = await sinkNow(tenant, sinkId);
  expect(sink.live).toMatchObject({ delivered: "2", nextLeaf: "2", retried: "2", failures: 1 });
  expect(sink.live.nextAttemptAt.getTime() - sink.asOf.getTime()).toBeGreaterThan(100_000);
});

test("a sink that refuses everything does not set a whole log aside: at some point somebody looks first", async () => {
  await sealedEventsOf(tenant, 3);
  const { sinkId, liveId } = await addSink(tenant);
  await asSuperuser(
    `WITH made AS (INSERT INTO audit_event (tenant_id, event_id, type, subject, outcome, actor_kind, actor_ref, trace_id, recorded_at, envelope, commitment)
       SELECT $1, gen_random_uuid(), 'runtime.test.made', 'x', 'succeeded', 'system', 'x', '', now(), '{}', sha256('a')
       FROM generate_series(1, $3) RETURNING event_id)
     INSERT INTO sink_dead_letter (tenant_id, letter_id, sink_id, event_id, leaf_index, envelope, reason, state, dead_at)
     SELECT $1, event_id, $2, event_id, 0, '{}', 'x', 'waiting', now() FROM made`,
    [tenant, sinkId, MOST_DEAD_LETTERS],
  );
  await deliver(liveId);
  expect(receiver.offered).toBe(0);
  expect((await sinkNow(tenant, sinkId)).sink.live).toMatchObject({
    nextLeaf: "0",
    trouble: { message: expect.stringContaining("set aside"), remedy: expect.any(String) },
  });
  const reason = "nobody needs what that mapping lost";
  await runVerb(settleDeadLetters, officerOf(tenant), { sinkId, act: "discard", reason });
  await deliver(liveId);
  expect(receiver.took).toHaveLength(3);
});

test("a try names field and remedy; who is behind too long is told of, once", async () => {
  const ask = () => runVerb(askCheck, officerOf(tenant), { config: WEBHOOK });
  const { checkId } = await ask();
  receiver.down = new SinkError({
    field: "token",
    message: "HTTP 401",
    remedy: "Renew the token.",
  });
  await answerChecks(async () => receiver);
  const answered = (id: string) => withTenant(tenant, "tenant", (tx) => check(tx, tenant, id));
  expect(await answered(checkId)).toMatchObject({
    state: "failed",
    trouble: { field: "token", message: "HTTP 401", remedy: "Renew the token." },
  });
  receiver.down = null;
  const { checkId: second } = await ask();
  await answerChecks(async () => receiver);
  expect(await answered(second)).toMatchObject({ state: "passed", trouble: null });

  await sealedEventsOf(tenant, 2);
  const { liveId } = await addSink(tenant);
  const asBefore = {
    leaf: "ALTER TABLE audit_leaf DISABLE TRIGGER USER",
    on: "ALTER TABLE audit_leaf ENABLE TRIGGER USER",
  };
  await asSuperuser(asBefore.leaf);
  await asSuperuser(
    "UPDATE audit_leaf SET sealed_at = sealed_at - interval '1 hour' WHERE tenant_id = $1",
    [tenant],
  );
  await asSuperuser(asBefore.on);
  await tellLag(300);
  await tellLag(300);
  const alerts = () =>
    asSuperuser<{ kind: string }>("SELECT kind FROM alert WHERE tenant_id = $1", [tenant]);
  expect(await alerts()).toEqual([{ kind: "sink-lagging" }]);
  await deliver(liveId);
  await tellLag(300);
  expect((await typesOf(tenant)).filter((type) => /lagging|caught-up/.test(type))).toEqual([
    "runtime.delivery.sink-lagging",
    "runtime.delivery.sink-caught-up",
  ]);
});

/** Takes events as a receiver does that is idempotent by their ids. */
class Receiver implements Sink {
  readonly took: DeliverableEvent[] = [];
  readonly sizes: number[] = [];
  offered = 0;
  down: SinkError | null = null;
  judge: (event: DeliverableEvent) => DeliveryOutcome = () => ({ kind: "delivered" });
  afterNext: (() => Promise<void>) | null = null;

  async deliver(events: readonly DeliverableEvent[]): Promise<DeliveryOutcome[]> {
    if (this.down) throw this.down;
    const outcomes = events.map((event) => this.judge(event));
    this.offered += events.length;
    this.sizes.push(events.length);
    for (const [at, event] of events.entries()) {
      const isNew = !this.took.some(({ id }) => id === event.id);
      if (outcomes[at]?.kind === "delivered" && isNew) this.took.push(event);
    }
    const after = this.afterNext;
    this.afterNext = null;
    await after?.();
    return outcomes;
  }

  async check(): Promise<void> {
    if (this.down) throw this.down;
  }

  async close(): Promise<void> {}
}

function delivering(): Delivering {
  return {
    sinks: new OpenSinks(async () => receiver),
    owner: "test",
    leaseSeconds: 60,
    signal: new AbortController().signal,
  };
}

async function deliver(cursorId: string, by = delivering(), isDue = true): Promise<void> {
  if (isDue) {
    await asSuperuser(
      "UPDATE sink_cursor SET next_attempt_at = clock_timestamp() WHERE tenant_id = $1 AND cursor_id = $2",
      [tenant, cursorId],
    );
  }
  await deliverCursor({ tenantId: tenant, cursorId }, by);
}

async function logSize(): Promise<string> {
  const [row] = await asSuperuser<{ size: string }>(
    "SELECT max(tree_size)::text AS size FROM audit_checkpoint WHERE tenant_id = $1",
    [tenant],
  );
  return row?.size ?? "0";
}
