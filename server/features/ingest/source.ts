import "server-only";
import { uuidv7 } from "uuidv7";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { SourceRef } from "./schema.ts";

/** The id of a source of the tenant's; one that was never seen before is written down. */
export async function sourceIdOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { how, kind, name }: SourceRef,
): Promise<string> {
  const find = () =>
    tx.prepared<{ source_id: string }>(
      "SELECT source_id FROM event_source WHERE tenant_id = $1 AND how = $2 AND name = $3",
      [tenant, how, name],
    );
  const [known] = await find();
  if (known) return known.source_id;
  await tx.query(
    `INSERT INTO event_source (tenant_id, source_id, how, kind, name, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, clock_timestamp(), clock_timestamp())
     ON CONFLICT (tenant_id, how, name) DO NOTHING`,
    [tenant, uuidv7(), how, kind, name],
  );
  const [made] = await find();
  if (!made) throw new Error("a source of events could not be written down");
  return made.source_id;
}
