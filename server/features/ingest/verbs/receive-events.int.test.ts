import { randomUUID } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import type { Arrived } from "#server/engines/cloud-events/judge-event.ts";
import { closePools } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { serviceOf, userOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { newTenant } from "#test/fixtures/tenants.ts";
import { receiveEvents } from "./receive-events.ts";

afterAll(closePools);

const source = { how: "worker", kind: "nats", name: "bus" } as const;
const event = (over: object = {}): Arrived => ({
  original: { specversion: "1.0", id: randomUUID(), source: "/bus", type: "x.y", ...over },
});

test("the worker's events stand beside its cursor; a repeated call writes nothing", async () => {
  const tenant = await newTenant("receive");
  const worker = workerCaller({
    tenantId: tenant,
    name: "event-sources",
    scopes: ["runtime.events.write"],
  });
  const events = [event(), event(), event({ specversion: "9" })];
  const take = () => runVerb(receiveEvents, worker, { source, events, cursor: "42" });
  const first = await take();
  expect(first.results.map(({ status }) => status)).toEqual(["received", "received", "refused"]);
  const again = await take();
  expect(again.results.map(({ status }) => status)).toEqual(["repeated", "repeated", "refused"]);
  const logged = await eventsOf(tenant);
  expect(logged.map(({ type }) => type).sort()).toEqual([
    "runtime.events.refused",
    "runtime.received.x.y",
    "runtime.received.x.y",
  ]);
  expect(logged.find(({ type }) => type === "runtime.received.x.y")).toMatchObject({
    actorKind: "worker",
    payload: { actor: { name: "event-sources" }, received: { from: "bus", kind: "nats" } },
  });
  const [kept] = await asSuperuser<object>(
    `SELECT s.cursor, d.attempts, (SELECT sum(t.received)::int FROM event_tally t WHERE t.tenant_id = s.tenant_id) AS received,
       (SELECT sum(t.repeated)::int FROM event_tally t WHERE t.tenant_id = s.tenant_id) AS repeated
     FROM event_source s JOIN event_dead_letter d USING (tenant_id, source_id) WHERE s.tenant_id = $1`,
    [tenant],
  );
  expect(kept).toEqual({ cursor: "42", attempts: 2, received: 2, repeated: 2 });
});

test("two calls at once with the same events in another order wait for each other and take each once", async () => {
  const tenant = await newTenant("receive");
  const caller = serviceOf(tenant, "ci", "unknown", ["runtime.events.write"]);
  const events = Array.from({ length: 200 }, () => event());
  const from = { how: "caller", kind: "cloudevents", name: "ci" } as const;
  const answers = await Promise.all(
    [events, events.toReversed(), events.toSorted(() => 1)].map((some) =>
      runVerb(receiveEvents, caller, { source: from, events: some }),
    ),
  );
  const taken = answers.flatMap(({ results }) => results.map(({ status }) => status));
  expect(taken.filter((status) => status === "received")).toHaveLength(200);
  expect(await eventsOf(tenant)).toHaveLength(200);
});

test("without the scope nothing is taken, and that is an event", async () => {
  const tenant = await newTenant("receive");
  const officer = userOf(tenant, "officer");
  await expect(
    runVerb(receiveEvents, officer, { source, events: [event()] }),
  ).rejects.toMatchObject({ code: "forbidden" });
  expect((await eventsOf(tenant)).map(({ type }) => type)).toEqual(["runtime.access.denied"]);
});
