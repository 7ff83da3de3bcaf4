import "server-only";
import type { z } from "zod";
import type { Actor } from "#server/platform/actor.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { personOf } from "./person.ts";
import type { ListViewsInput, SavedView } from "./schema.ts";

/** The caller's own views of a page and what others share, by name; own ones first. */
export async function savedViews(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  actor: Actor,
  { page }: z.output<typeof ListViewsInput>,
): Promise<z.input<typeof SavedView>[]> {
  const { issuer, subject } = personOf(actor);
  const rows = await tx.query<ViewRow>(
    `SELECT view_id, name, params, saved_at, is_shared, saved_by_name,
       (issuer = $2 AND subject = $3) AS is_own
     FROM saved_view WHERE tenant_id = $1 AND page = $4 AND (is_shared OR (issuer = $2 AND subject = $3))
     ORDER BY is_own DESC, lower(name), name, view_id LIMIT ${MOST}`,
    [tenant, issuer, subject, page],
  );
  return rows.map((row) => ({
    viewId: row.view_id,
    name: row.name,
    params: row.params,
    savedAt: row.saved_at,
    isShared: row.is_shared,
    isOwn: row.is_own,
    savedByName: row.saved_by_name,
  }));
}

/** One's own fifty, and as many of others as a menu can show. */
const MOST = 200;

interface ViewRow {
  view_id: string;
  name: string;
  params: string;
  saved_at: Date;
  is_shared: boolean;
  saved_by_name: string;
  is_own: boolean;
}
