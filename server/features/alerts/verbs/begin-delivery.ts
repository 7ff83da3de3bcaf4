import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { deliveryEvent, finishDelivery, lockDelivery } from "../delivery-rows.ts";
import { MAX_ATTEMPTS } from "../delivery-schedule.ts";
import { BeginDeliveryInput, DeliveryClaim } from "../schema.ts";
import { webhookMessage } from "../webhook-message.ts";

/** Longer than an attempt can take: a claim older than this belongs to a worker that died. */
const LEASE_SECONDS = 60;

/** Claims a due delivery for one attempt, under a lease and a new fence (law 2: begin). */
export const beginDelivery = verb({
  name: "alerts.beginDelivery",
  scope: "runtime.alerts.deliver",
  input: BeginDeliveryInput,
  output: DeliveryClaim,
  async run({ tx, tenant, input }) {
    const row = await lockDelivery(tx, tenant, input.deliveryId);
    if (row.state !== "pending" || !row.is_due || row.is_leased)
      return unchanged({ isClaimed: false as const });
    const { url, enabled, envelope, ...alert } = await messageParts(tx, tenant, row.delivery_id);
    const fault = !enabled ? "endpoint-disabled" : row.attempt >= MAX_ATTEMPTS ? "gave-up" : null;
    if (fault) {
      await finishDelivery(tx, tenant, row.delivery_id, { state: "dead", status: null, fault });
      const event = deliveryEvent(row, "delivery-abandoned", { fault, attempt: row.attempt });
      return audited({ isClaimed: false as const }, event);
    }
    const [claim] = (await tx.query<{ fence: string; attempt: number; at: Date }>(
      `UPDATE webhook_delivery SET fence = fence + 1, attempt = attempt + 1,
         lease_until = clock_timestamp() + make_interval(secs => $3)
       WHERE tenant_id = $1 AND delivery_id = $2
       RETURNING fence::text, attempt, clock_timestamp() AS at`,
      [tenant, row.delivery_id, LEASE_SECONDS],
    )) as [{ fence: string; attempt: number; at: Date }];
    return audited(
      {
        isClaimed: true as const,
        fence: claim.fence,
        attempt: claim.attempt,
        url,
        messageId: row.alert_id,
        attemptedAt: claim.at,
        body: webhookMessage(envelope, { ...alert, alertId: row.alert_id }),
      },
      deliveryEvent(row, "delivery-attempted", { attempt: claim.attempt }),
    );
  },
});

interface MessageParts {
  url: string;
  enabled: boolean;
  envelope: string;
  kind: string;
  severity: string;
  subjectRef: string;
  detail: string;
  createdAt: Date;
}

async function messageParts(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  deliveryId: string,
): Promise<MessageParts> {
  const [parts] = await tx.query<MessageParts>(
    `SELECT p.url, p.enabled, e.envelope, a.kind, a.severity, a.subject_ref AS "subjectRef", a.detail,
       a.created_at AS "createdAt"
     FROM webhook_delivery d
     JOIN webhook_endpoint p USING (tenant_id, endpoint_id)
     JOIN alert a USING (tenant_id, alert_id)
     JOIN audit_event e ON e.tenant_id = a.tenant_id AND e.event_id = a.alert_id
     WHERE d.tenant_id = $1 AND d.delivery_id = $2`,
    [tenant, deliveryId],
  );
  if (!parts) throw new Error(`delivery ${deliveryId} has lost its alert`);
  return parts;
}
