import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { deliveryEvent, finishDelivery, lockDelivery } from "../delivery-rows.ts";
import { MAX_ATTEMPTS } from "../delivery-schedule.ts";
import { eventMessage } from "../event-message.ts";
import { BeginDeliveryInput, DeliveryClaim } from "../schema.ts";
import { type AlertOfMessage, webhookMessage } from "../webhook-message.ts";

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
    const parts = await messageParts(tx, tenant, row.delivery_id);
    const { url, enabled } = parts;
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
        messageId: row.message_id,
        attemptedAt: claim.at,
        body: bodyOf(tenant, row.message_id, parts),
      },
      deliveryEvent(row, "delivery-attempted", { attempt: claim.attempt }),
    );
  },
});

interface MessageParts {
  [column: string]: unknown;
  url: string;
  enabled: boolean;
  envelope: string;
  alert: AlertOfMessage | null;
  key_id: string | null;
  salt: Buffer | null;
  ciphertext: Buffer | null;
  store: string | null;
  path: string;
  environment: string;
  current_version: number | null;
}

function bodyOf(tenant: AuthorizedTenantId, messageId: string, parts: MessageParts): string {
  if (parts.alert) {
    const alert = { ...parts.alert, createdAt: new Date(parts.alert.createdAt) };
    return webhookMessage(parts.envelope, alert);
  }
  const { envelope, key_id, salt, ciphertext, store, path, environment } = parts;
  return eventMessage(tenant, {
    eventId: messageId,
    envelope,
    payload: key_id && ciphertext ? { key_id, salt, ciphertext } : null,
    binding: store ? { store, path, environment, version: parts.current_version } : null,
  });
}

async function messageParts(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  deliveryId: string,
): Promise<MessageParts> {
  const [parts] = await tx.query<MessageParts>(
    `SELECT p.url, p.enabled, e.envelope, x.key_id, x.salt, x.ciphertext,
       b.store, b.path, b.environment, b.current_version,
       CASE WHEN a.alert_id IS NOT NULL THEN jsonb_build_object('alertId', a.alert_id, 'kind', a.kind,
         'severity', a.severity, 'subjectRef', a.subject_ref, 'detail', a.detail,
         'createdAt', to_char(a.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) END AS alert
     FROM webhook_delivery d
     JOIN webhook_endpoint p ON p.tenant_id = d.tenant_id AND p.endpoint_id = d.endpoint_id
     LEFT JOIN alert a ON a.tenant_id = d.tenant_id AND a.alert_id = d.alert_id
     JOIN audit_event e ON e.tenant_id = d.tenant_id AND e.event_id = coalesce(d.alert_id, d.event_id)
     LEFT JOIN audit_payload x ON x.tenant_id = d.tenant_id AND x.event_id = d.event_id
     LEFT JOIN secret_binding b ON b.tenant_id = d.tenant_id AND d.event_id IS NOT NULL
       AND e.subject = 'secret-binding/' || b.binding_id::text
     WHERE d.tenant_id = $1 AND d.delivery_id = $2`,
    [tenant, deliveryId],
  );
  if (!parts) throw new Error(`delivery ${deliveryId} has lost its message`);
  return parts;
}
