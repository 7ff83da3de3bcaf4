import "server-only";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { DeliveryFault } from "./schema.ts";

export interface DeliveryRow {
  delivery_id: string;
  endpoint_id: string;
  /** Of the alert or the event: the message's id for receivers. */
  message_id: string;
  alert_id: string | null;
  state: "pending" | "delivered" | "dead";
  attempt: number;
  fence: string;
  is_due: boolean;
  is_leased: boolean;
}

/** The delivery, locked for the rest of the transaction, judged by the database's clock. */
export async function lockDelivery(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  deliveryId: string,
): Promise<DeliveryRow> {
  const [row] = await tx.query<DeliveryRow>(
    `SELECT delivery_id, endpoint_id, alert_id, coalesce(alert_id, event_id) AS message_id, state, attempt, fence::text,
       next_attempt_at <= clock_timestamp() AS is_due,
       coalesce(lease_until > clock_timestamp(), false) AS is_leased
     FROM webhook_delivery WHERE tenant_id = $1 AND delivery_id = $2 FOR UPDATE`,
    [tenant, deliveryId],
  );
  if (!row) throw notFound("webhook delivery");
  return row;
}

export async function finishDelivery(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  deliveryId: string,
  end: { state: "delivered" | "dead"; status: number | null; fault: DeliveryFault | null },
): Promise<void> {
  await tx.query(
    `UPDATE webhook_delivery SET state = $3, response_status = $4, last_error = $5, lease_until = NULL,
       finished_at = clock_timestamp()
     WHERE tenant_id = $1 AND delivery_id = $2`,
    [tenant, deliveryId, end.state, end.status, end.fault],
  );
}

type Act = "delivery-attempted" | "delivered" | "delivery-failed" | "delivery-abandoned";

/** An event about a delivery: caused by the raising of its alert. */
export function deliveryEvent(
  row: DeliveryRow,
  act: Act,
  payload: NonNullable<AuditEventDraft["payload"]>,
): AuditEventDraft {
  const hasFailed = act === "delivery-failed" || act === "delivery-abandoned";
  return {
    type: `runtime.alerts.${act}`,
    subject: `webhook-delivery/${row.delivery_id}`,
    payload: {
      endpointId: row.endpoint_id,
      ...(row.alert_id ? { alertId: row.alert_id } : { eventId: row.message_id }),
      ...payload,
    },
    causedBy: row.message_id,
    ...(hasFailed ? { outcome: "failed" } : {}),
  };
}
