import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { type BindingViewRow, statusSql } from "./binding-view-sql.ts";

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

type Plain =
  | "binding_id"
  | "name"
  | "class"
  | "environment"
  | "region"
  | "owner"
  | "store"
  | "path"
  | "status"
  | "current_version"
  | "last_rotated_at"
  | "limit_at"
  | "next_rotation_at";

interface CsvRow extends Pick<BindingViewRow, Plain> {
  [column: string]: unknown;
  limit_seconds: number | null;
  policy: string | null;
  rotator_kind: string;
}

/** No more of a row than its line shows. */
const LINES = `SELECT b.binding_id, b.name, b.class, b.environment, b.region, b.owner, b.store, b.path,
    ${statusSql("now()")} AS status, b.current_version, b.last_rotated_at, nullif(b.limit_key, 'infinity') AS limit_at,
    nullif(b.next_key, 'infinity') AS next_rotation_at, (b.rule ->> 'maxTtlSeconds')::float8 AS limit_seconds,
    b.rule #>> '{source,policy,name}' AS policy, b.rotator ->> 'kind' AS rotator_kind
  FROM unnest($2::uuid[]) WITH ORDINALITY AS wanted (id, place)
  JOIN secret_binding b ON b.tenant_id = $1 AND b.binding_id = wanted.id ORDER BY wanted.place`;

/** The lines of these credentials, in the order of the ids; one that is gone since has none. */
export async function csvLines(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  bindingIds: readonly string[],
): Promise<string> {
  const rows = await tx.prepared<CsvRow>(LINES, [tenant, bindingIds]);
  return rows.map((row) => `${lineOf(row).map(csvField).join(",")}\r\n`).join("");
}

function lineOf(row: CsvRow): (string | number | null)[] {
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
    row.limit_seconds,
    row.policy ?? "default",
    row.rotator_kind,
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
