import { expect, test } from "vitest";
import { emit } from "#server/features/audit/testing/audit-fixture.ts";
import { keepDataKeys } from "#server/platform/audit/data-keys.ts";
import { openEvent, type StoredEventPayload } from "#server/platform/audit/event-cipher.ts";
import { forgetTenantKeys, keepTenantKeys } from "#server/platform/audit/tenant-keys.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsOf } from "#test/fixtures/audit-log.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { retentionWorker, tenantWithKeys } from "./testing/retention-fixture.ts";
import { lookAfterKeys } from "./verbs/look-after-keys.ts";

/** As a process that read the tenant's keys before another made some. */
function knowNothing(tenant: string): void {
  keepTenantKeys(tenant, [], true);
  keepDataKeys(tenant, undefined, []);
}

test("a key that another process made is read when it is needed, not a minute later", async () => {
  const tenant = await tenantWithKeys();
  const eventId = await emit(tenant, { type: "runtime.things.happened" });
  knowNothing(tenant);
  const events = await eventsOf(tenant);
  expect(events.map((each) => each.eventId)).toContain(eventId);

  // Also where the code that asks takes no notice of the error.
  knowNothing(tenant);
  let runs = 0;
  const read = await withTenant(tenant, "worker", async (tx) => {
    runs += 1;
    const [row] = await tx.query<StoredEventPayload & Record<string, unknown>>(
      `SELECT e.event_id, e.envelope, p.key_id, p.salt, p.ciphertext
       FROM audit_event e JOIN audit_payload p USING (tenant_id, event_id) WHERE e.event_id = $1`,
      [eventId],
    );
    try {
      return row && openEvent(tenant, row).payload;
    } catch {
      return "unreadable";
    }
  });
  expect(read).toMatchObject({ actor: expect.anything() });
  expect(runs).toBe(2);
});

test("a key that nobody has is asked for once more, and then said to be unknown", async () => {
  const tenant = await tenantWithKeys();
  const eventId = await emit(tenant, { type: "runtime.things.happened" });
  await runVerb(lookAfterKeys, retentionWorker(tenant), { offered: null });
  await asSuperuser(
    "UPDATE audit_payload SET key_id = 'data-0000000000000000' WHERE event_id = $1",
    [eventId],
  );
  await expect(eventsOf(tenant)).rejects.toThrow("unknown payload key data-0000000000000000");
});

test("keys that an act beside it drops do not fail a transaction, however it had come by them", async () => {
  const tenant = await tenantWithKeys();
  const eventId = await emit(tenant, { type: "runtime.things.happened" });
  const readOne = async (drops: number) => {
    let runs = 0;
    const payload = await withTenant(tenant, "worker", async (tx) => {
      runs += 1;
      const [row] = await tx.query<StoredEventPayload & Record<string, unknown>>(
        `SELECT e.event_id, e.envelope, p.key_id, p.salt, p.ciphertext
         FROM audit_event e JOIN audit_payload p USING (tenant_id, event_id) WHERE e.event_id = $1`,
        [eventId],
      );
      if (runs <= drops) forgetTenantKeys(tenant);
      return row && openEvent(tenant, row).payload;
    });
    return { payload, runs };
  };
  // The first run reads the keys itself, and so does each one that follows it.
  forgetTenantKeys(tenant);
  expect(await readOne(2)).toEqual({ payload: expect.objectContaining({}), runs: 3 });
  // What drops its own keys again and again is wrong, and ends.
  await expect(readOne(1_000)).rejects.toThrow(/unknown payload key|first of all/);
});
