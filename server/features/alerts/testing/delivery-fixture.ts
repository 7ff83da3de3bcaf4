import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { addEndpoint, alertWorkerOf, officerOf, raise } from "./alert-fixture.ts";

export interface DeliveryFacts {
  delivery_id: string;
  state: string;
  attempt: number;
  fence: string;
  response_status: number | null;
  last_error: string | null;
  is_due: boolean;
}

/** One alert that waits to be sent to one endpoint. */
export async function pendingDelivery(tenant: AuthorizedTenantId) {
  const { endpointId } = await addEndpoint(officerOf(tenant));
  const { alertId } = await raise(alertWorkerOf(tenant));
  const { delivery_id: deliveryId } = await deliveryIn(tenant);
  return { deliveryId, endpointId, alertId };
}

/** The tenant's one delivery, as the database has it. */
export async function deliveryIn(tenant: AuthorizedTenantId): Promise<DeliveryFacts> {
  const [row, ...more] = await asSuperuser<DeliveryFacts>(
    `SELECT delivery_id, state, attempt, fence::text, response_status, last_error,
       next_attempt_at <= clock_timestamp() AS is_due
     FROM webhook_delivery WHERE tenant_id = $1`,
    [tenant],
  );
  if (!row || more.length > 0) throw new Error("expected one delivery");
  return row;
}

/** Lets the pause before the next attempt, and the lease of a claim, run out. */
export async function makeDue(tenant: AuthorizedTenantId): Promise<void> {
  await asSuperuser(
    `UPDATE webhook_delivery SET next_attempt_at = clock_timestamp(), lease_until = NULL
     WHERE tenant_id = $1`,
    [tenant],
  );
}
