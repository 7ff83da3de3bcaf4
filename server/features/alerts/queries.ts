import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type {
  AlertPage,
  AlertView,
  DeliveryPage,
  ListAlertsInput,
  ListDeliveriesInput,
  WebhookEndpointView,
} from "./schema.ts";

/** Alerts, newest first (their ids are in the order of time). */
export async function alerts(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { show, limit, cursor }: ListAlertsInput,
): Promise<AlertPage> {
  const acknowledged =
    show === "all" ? {} : { acknowledgedAt: show === "open" ? null : { not: null } };
  const rows = await tx.db.alert.findMany({
    where: { tenantId: tenant, ...acknowledged, ...(cursor ? { alertId: { lt: cursor } } : {}) },
    orderBy: { alertId: "desc" },
    take: limit + 1,
    omit: { tenantId: true },
  });
  const openCount = await tx.db.alert.count({ where: { tenantId: tenant, acknowledgedAt: null } });
  const items = rows.slice(0, limit) as AlertView[];
  return {
    items,
    openCount,
    nextCursor: rows.length > limit ? (items.at(-1)?.alertId ?? null) : null,
    asOf: await tx.startedAt(),
  };
}

/** The endpoints in use, oldest first, each with how its last delivery went. */
export async function webhookEndpoints(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<WebhookEndpointView[]> {
  const rows = await tx.query<EndpointRow>(
    `SELECT p.endpoint_id AS "endpointId", p.url, p.description, p.enabled, p.event_types AS "eventTypes",
       p.created_at AS "createdAt", counts.waiting, counts.failed, last.state, last.attempt, last.at,
       last.response_status, last.last_error
     FROM webhook_endpoint p
     CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE d.state = 'pending')::int AS waiting,
         count(*) FILTER (WHERE d.state = 'dead' AND d.finished_at > clock_timestamp() - interval '30 days')::int AS failed
       FROM webhook_delivery d WHERE d.tenant_id = $1 AND d.endpoint_id = p.endpoint_id) counts
     LEFT JOIN LATERAL (SELECT d.state, d.attempt, coalesce(d.finished_at, d.next_attempt_at) AS at,
         d.response_status, d.last_error
       FROM webhook_delivery d WHERE d.tenant_id = $1 AND d.endpoint_id = p.endpoint_id AND d.attempt > 0
       ORDER BY d.delivery_id DESC LIMIT 1) last ON true
     WHERE p.tenant_id = $1 AND p.retired_at IS NULL ORDER BY p.endpoint_id`,
    [tenant],
  );
  return rows.map(({ state, attempt, at, response_status, last_error, ...endpoint }) => ({
    ...endpoint,
    lastDelivery:
      state && attempt && at
        ? { state, attempt, at, responseStatus: response_status, lastError: last_error }
        : null,
  }));
}

interface EndpointRow extends Omit<WebhookEndpointView, "lastDelivery"> {
  [column: string]: unknown;
  state: "pending" | "delivered" | "dead" | null;
  attempt: number | null;
  at: Date | null;
  response_status: number | null;
  last_error: string | null;
}

/** Deliveries, newest first, of one endpoint or of all. */
export async function deliveries(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { endpointId, limit, cursor }: ListDeliveriesInput,
): Promise<DeliveryPage> {
  const rows = await tx.db.webhookDelivery.findMany({
    where: {
      tenantId: tenant,
      ...(endpointId ? { endpointId } : {}),
      ...(cursor ? { deliveryId: { lt: cursor } } : {}),
    },
    orderBy: { deliveryId: "desc" },
    take: limit + 1,
    omit: { tenantId: true, fence: true, leaseUntil: true },
  });
  const items = rows.slice(0, limit) as DeliveryPage["items"];
  return {
    items,
    nextCursor: rows.length > limit ? (items.at(-1)?.deliveryId ?? null) : null,
    asOf: await tx.startedAt(),
  };
}
