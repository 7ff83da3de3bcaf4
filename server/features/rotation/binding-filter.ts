import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { hasStatusSql } from "./binding-view-sql.ts";
import type { SqlParams } from "./sql-params.ts";
import type { BindingFilter } from "./views.ts";

/** Up to so many credentials with a part of a text are found first; of more, the next page is near anyway. */
const FEW = 2_000;

/** The credentials that a text leads to; undefined when it narrows nothing, or finds too many to name. */
export async function findByText(
  tx: TenantTx,
  text: string | undefined,
): Promise<readonly string[] | undefined> {
  if (!text) return undefined;
  const rows = await tx.query<{ id: string }>("SELECT id FROM app.bindings_with_text($1, $2)", [
    text,
    FEW + 1,
  ]);
  return rows.length > FEW ? undefined : rows.map((row) => row.id);
}

/**
 * The conditions of a filter on `secret_binding b`, for leakproof operators throughout; a text that
 * finds too much is compared row by row. `asOf` is the SQL of the moment that statuses are judged by.
 */
export function filterSql(
  filter: BindingFilter,
  asOf: string,
  params: SqlParams,
  found: readonly string[] | undefined,
): string[] {
  const oneOf = (column: string, values: readonly string[] | undefined) => {
    const [first, ...more] = values ?? [];
    if (first === undefined) return [];
    if (more.length === 0) return [`b.${column} = ${params.add(first)}`];
    return [`b.${column} = ANY (${params.add([first, ...more])}::text[])`];
  };
  const { statuses = [], text, nextFrom, nextTo } = filter;
  const day = (date: string) => `${params.add(date)}::date::timestamp AT TIME ZONE 'UTC'`;
  return [
    ...oneOf("class", filter.classes),
    ...oneOf("environment", filter.environments),
    ...oneOf("region_key", filter.regions),
    ...oneOf(
      "owner_key",
      filter.owners?.map((owner) => owner.toLowerCase()),
    ),
    ...(statuses.length > 0
      ? [`(${statuses.map((status) => hasStatusSql(status, asOf)).join(" OR ")})`]
      : []),
    ...(nextFrom ? [`b.next_key >= ${day(nextFrom)}`] : []),
    ...(nextTo ? [`b.next_key < ${day(nextTo)} + interval '1 day'`] : []),
    ...(nextFrom || nextTo ? ["b.standing <> 'retired'"] : []),
    ...(found ? [`b.binding_id = ANY (${params.add(found)}::uuid[])`] : []),
    ...(text && !found
      ? [
          `position(lower(${params.add(text)}) IN lower(b.name || E'\\n' || b.path || E'\\n' || b.owner)) > 0`,
        ]
      : []),
  ];
}
