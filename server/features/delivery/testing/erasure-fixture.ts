import { uuidv7 } from "uuidv7";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { claimErasure } from "../verbs/claim-erasure.ts";
import { addSink, deliveryWorkerOf, sealedEventsOf } from "./delivery-fixture.ts";

/** A sink that is to forget one event which an act of retention erased. */
export async function withErasure(tenant: AuthorizedTenantId) {
  const [eventId = ""] = await sealedEventsOf(tenant, 1);
  const { sinkId } = await addSink(tenant);
  const [actId, erasureId] = [uuidv7(), uuidv7()];
  await asSuperuser(
    `INSERT INTO retention_act (tenant_id, act_id, kind, state, plan, plan_digest, reason, requested_by, request_event_id,
       requested_at, due_at, destroyed_at, finished_at)
     VALUES ($1, $2, 'erasure', 'done', '{}', sha256('p'), 'as asked', 'officer', $3, now(), now(), now(), now())`,
    [tenant, actId, eventId],
  );
  await asSuperuser(
    `INSERT INTO sink_erasure (tenant_id, erasure_id, sink_id, act_id, event_ids, state, next_attempt_at)
     VALUES ($1, $2, $3, $4, ARRAY[$5::uuid], 'due', now())`,
    [tenant, erasureId, sinkId, actId, eventId],
  );
  return { eventId, sinkId, actId, erasureId };
}

export async function claimed(tenant: AuthorizedTenantId, erasureId: string) {
  const input = { erasureId, leaseSeconds: 60 };
  const { work } = await runVerb(claimErasure, deliveryWorkerOf(tenant), input);
  return work;
}

export async function erasureRow(erasureId: string) {
  const [row] = await asSuperuser("SELECT * FROM sink_erasure WHERE erasure_id = $1", [erasureId]);
  return row;
}
