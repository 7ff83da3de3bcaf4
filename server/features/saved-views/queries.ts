import "server-only";
import type { z } from "zod";
import type { Actor } from "#server/platform/actor.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { personOf } from "./person.ts";
import type { ListViewsInput, SavedView } from "./schema.ts";

/** The caller's own views of a page, by name. */
export async function savedViews(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  actor: Actor,
  { page }: z.output<typeof ListViewsInput>,
): Promise<z.input<typeof SavedView>[]> {
  const { issuer, subject } = personOf(actor);
  const rows = await tx.query<{ view_id: string; name: string; params: string; saved_at: Date }>(
    `SELECT view_id, name, params, saved_at FROM saved_view
     WHERE tenant_id = $1 AND issuer = $2 AND subject = $3 AND page = $4 ORDER BY lower(name), name`,
    [tenant, issuer, subject, page],
  );
  return rows.map((row) => ({
    viewId: row.view_id,
    name: row.name,
    params: row.params,
    savedAt: row.saved_at,
  }));
}
