import type { z } from "zod";
import { sealPendingAudit } from "#server/features/audit/index.ts";
import { emitMany } from "#server/features/audit/testing/audit-fixture.ts";
import type { Caller } from "#server/platform/actor.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { deadLetters } from "../dead-letters.ts";
import { sink } from "../queries.ts";
import type { SaveSinkInput } from "../schema.ts";
import { claimCursor } from "../verbs/claim-cursor.ts";
import { recordBatch } from "../verbs/record-batch.ts";
import { saveSink } from "../verbs/save-sink.ts";

export const WEBHOOK = { kind: "webhook", url: "https://siem.example.com/in" } as const;

export const officerOf = (tenant: AuthorizedTenantId): Caller =>
  userOf(tenant, "officer", { roles: ["compliance"] });
/** May see where the log is delivered, not change it. */
export const readerOf = (tenant: AuthorizedTenantId): Caller =>
  userOf(tenant, "reader", { roles: ["org-admin"] });
export const deliveryWorkerOf = (tenant: AuthorizedTenantId): Caller =>
  workerOf(tenant, ["runtime.delivery.execute"]);

/** Adds a sink that begins at the log's beginning. */
export async function addSink(
  tenant: AuthorizedTenantId,
  fields: Partial<z.input<typeof SaveSinkInput>> = {},
) {
  const { sinkId } = await runVerb(saveSink, officerOf(tenant), {
    name: "siem",
    config: WEBHOOK,
    from: "beginning",
    ...fields,
  });
  return { sinkId, ...(await sinkNow(tenant, sinkId)) };
}

export async function sinkNow(tenant: AuthorizedTenantId, sinkId: string) {
  const found = await withTenant(tenant, "tenant", (tx) => sink(tx, tenant, sinkId));
  return { sink: found, liveId: found.live.cursorId };
}

export function lettersOf(
  tenant: AuthorizedTenantId,
  state: "waiting" | "redriving" | "delivered" | "discarded",
) {
  return withTenant(tenant, "tenant", async (tx) => {
    const page = await deadLetters(tx, tenant, { state, limit: 100 });
    return page.items;
  });
}

/** So many events in the log, sealed. */
export async function sealedEventsOf(tenant: AuthorizedTenantId, count: number): Promise<string[]> {
  const ids = await emitMany(tenant, count);
  await sealPendingAudit(tenant);
  return ids;
}

export function claim(tenant: AuthorizedTenantId, cursorId: string, leaseSeconds = 60) {
  const input = { cursorId, owner: "test", leaseSeconds };
  return runVerb(claimCursor, deliveryWorkerOf(tenant), input).then(({ work }) => work);
}

/** Records a batch of a claimed cursor in which nothing happened but what `fields` say. */
export function record(
  tenant: AuthorizedTenantId,
  cursorId: string,
  fence: string,
  fields: Partial<z.input<typeof import("../worker-schema.ts").RecordBatchInput>> = {},
) {
  return runVerb(recordBatch, deliveryWorkerOf(tenant), {
    cursorId,
    fence,
    nextLeaf: 0n,
    delivered: 0,
    passedOver: 0,
    retried: 0,
    rejected: [],
    trouble: null,
    pauseMillis: 0,
    keepsLease: false,
    leaseSeconds: 60,
    ...fields,
  });
}

/** Two events, of which the sink refused the second: a dead letter that waits. */
export async function withDeadLetter(tenant: AuthorizedTenantId) {
  const [, eventId = ""] = await sealedEventsOf(tenant, 2);
  const { sinkId, liveId } = await addSink(tenant);
  const [leaf] = await asSuperuser<{ leaf_index: string }>(
    "SELECT leaf_index FROM audit_leaf WHERE tenant_id = $1 AND event_id = $2",
    [tenant, eventId],
  );
  const leafIndex = BigInt(leaf?.leaf_index ?? 0);
  const work = await claim(tenant, liveId);
  if (!work) throw new Error("the cursor was not due");
  await record(tenant, liveId, work.fence, {
    nextLeaf: leafIndex + 1n,
    delivered: 1,
    rejected: [{ eventId, leafIndex, reason: "mapping conflict" }],
  });
  const [letter] = await lettersOf(tenant, "waiting");
  if (!letter) throw new Error("nothing was set aside");
  return { sinkId, liveId, eventId, leafIndex, letterId: letter.letterId };
}
