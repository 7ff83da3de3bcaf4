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

export function webhookEndpoints(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<WebhookEndpointView[]> {
  return tx.db.webhookEndpoint.findMany({
    where: { tenantId: tenant },
    orderBy: { endpointId: "asc" },
    omit: { tenantId: true },
  });
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
