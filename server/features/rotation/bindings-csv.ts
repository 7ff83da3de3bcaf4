import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { type BindingViewRow, JOIN_ROTATION, statusSql, VIEW_COLUMNS } from "./binding-view-sql.ts";

/** Names of columns, in the file's order. */
const HEAD = [
  "id",
  "name",
  "class",
  "environment",
  "region",
  "owner",
  "store",
  "path",
  "state",
  "version",
  "last_rotated_at",
  "limit_at",
  "next_rotation_at",
  "limit_seconds",
  "policy",
  "rotator",
] as const;

export const CSV_HEAD = `${HEAD.join(",")}\r\n`;

/** The lines of these credentials, in the order of the ids; one that is gone since has none. */
export async function csvLines(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  bindingIds: readonly string[],
): Promise<string> {
  const rows = await tx.query<BindingViewRow>(
    `SELECT ${VIEW_COLUMNS}, ${statusSql("now()")} AS status
     FROM unnest($2::uuid[]) WITH ORDINALITY AS wanted (id, place)
     JOIN secret_binding b ON b.tenant_id = $1 AND b.binding_id = wanted.id
     ${JOIN_ROTATION} ORDER BY wanted.place`,
    [tenant, bindingIds],
  );
  return rows.map((row) => `${lineOf(row).map(csvField).join(",")}\r\n`).join("");
}

function lineOf(row: BindingViewRow): (string | number | null)[] {
  const time = (at: Date | null) => at?.toISOString() ?? null;
  return [
    row.binding_id,
    row.name,
    row.class,
    row.environment,
    row.region,
    row.owner,
    row.store,
    row.path,
    row.status,
    row.current_version,
    time(row.last_rotated_at),
    time(row.limit_at),
    time(row.next_rotation_at),
    row.rule?.maxTtlSeconds ?? null,
    row.rule?.source.policy?.name ?? "default",
    row.rotator.kind,
  ];
}

/**
 * A field of RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe before it
 * (OWASP, "CSV injection"); it is quoted always, so that no separator of a language breaks it.
 */
export function csvField(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const isFormula = /^[\s]*[=+\-@\t\r\n|%]/.test(value);
  return `"${(isFormula ? `'${value}` : value).replaceAll('"', '""')}"`;
}
