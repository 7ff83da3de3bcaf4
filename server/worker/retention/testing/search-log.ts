import { analyzeQuery } from "#server/engines/query-language/analyze-query.ts";
import { searchEvents } from "#server/features/audit/search/search-events.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** The ids of the events that a search finds; unlike a person's, it leaves no event with its words. */
export async function searchEventsOf(tenant: AuthorizedTenantId, query: string): Promise<string[]> {
  const { condition } = analyzeQuery(query, { now: Date.now() });
  if (!condition) throw new Error(`${query} is no query`);
  const page = await withTenant(
    tenant,
    "tenant",
    (tx) => searchEvents(tx, tenant, condition, { direction: "older", limit: 50 }),
    { snapshot: true },
  );
  return page.events.map((event) => event.eventId);
}
