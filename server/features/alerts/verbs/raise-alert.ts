import "server-only";
import { uuidv7 } from "uuidv7";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { AlertRaised, RaiseAlertInput } from "../schema.ts";

/** Raises an alert; its deliveries are queued in the same transaction (the outbox). */
export const raiseAlert = verb({
  name: "alerts.raise",
  scope: "runtime.alerts.raise",
  input: RaiseAlertInput,
  output: AlertRaised,
  async run({ tx, tenant, input }) {
    // The alert and the event of its raising share an id: the message's id for receivers.
    const alertId = uuidv7();
    if (input.eventId) await assertEvent(tx, tenant, input.eventId);
    await tx.query(
      `INSERT INTO alert (tenant_id, alert_id, kind, severity, subject_ref, detail, event_id, created_at,
         acknowledged_at, acknowledged_by)
       SELECT $1, $2, $3, $4, $5, $6, $7, now, CASE WHEN $8 THEN now END, CASE WHEN $8 THEN 'notice' END
       FROM clock_timestamp() AS now`,
      [
        tenant,
        alertId,
        input.kind,
        input.severity,
        input.subjectRef,
        input.detail,
        input.eventId ?? null,
        input.isNotice,
      ],
    );
    const deliveries = await fanOut(tx, tenant, alertId);
    return audited(
      { alertId, deliveries },
      {
        eventId: alertId,
        type: "runtime.alerts.raised",
        subject: `alert/${alertId}`,
        payload: {
          kind: input.kind,
          severity: input.severity,
          subjectRef: input.subjectRef,
          detail: input.detail,
          deliveries,
        },
        ...(input.eventId ? { causedBy: input.eventId } : {}),
      },
    );
  },
});

async function assertEvent(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  eventId: string,
): Promise<void> {
  const found = await tx.query("SELECT 1 FROM audit_event WHERE tenant_id = $1 AND event_id = $2", [
    tenant,
    eventId,
  ]);
  if (found.length === 0) throw notFound("audit event");
}

async function fanOut(tx: TenantTx, tenant: AuthorizedTenantId, alertId: string): Promise<number> {
  const endpoints = await tx.query<{ endpoint_id: string }>(
    "SELECT endpoint_id FROM webhook_endpoint WHERE tenant_id = $1 AND enabled ORDER BY endpoint_id",
    [tenant],
  );
  if (endpoints.length === 0) return 0;
  await tx.query(
    `INSERT INTO webhook_delivery (tenant_id, delivery_id, endpoint_id, alert_id, state, next_attempt_at)
     SELECT $1, d.id, d.endpoint, $2, 'pending', clock_timestamp()
     FROM unnest($3::uuid[], $4::uuid[]) AS d (id, endpoint)`,
    [
      tenant,
      alertId,
      endpoints.map(() => uuidv7()),
      endpoints.map(({ endpoint_id }) => endpoint_id),
    ],
  );
  return endpoints.length;
}
