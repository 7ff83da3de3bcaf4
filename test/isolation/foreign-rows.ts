import type pg from "pg";

/** One digest over every row that belongs to `tenant` in every table with a tenant key. */
export async function digestOfRows(client: pg.Client, tenant: string): Promise<string> {
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1`,
  );
  if (tables.length === 0) throw new Error("no tenant table to look at");
  const each = tables.map(
    ({ name }) =>
      `SELECT '${name}' AS name, md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')) AS digest FROM ${name} t WHERE tenant_id = $1`,
  );
  const { rows } = await client.query<{ name: string; digest: string }>(
    `${each.join(" UNION ALL ")} ORDER BY 1`,
    [tenant],
  );
  return rows.map(({ name, digest }) => `${name}:${digest}`).join("\n");
}

/** Every id in those rows: none may come to light elsewhere. */
export async function idsOfRows(client: pg.Client, tenant: string): Promise<Set<string>> {
  const { rows: columns } = await client.query<{ table: string; column: string }>(
    `SELECT c.oid::regclass::text AS table, a.attname AS column
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.atttypid = 'uuid'::regtype
       AND EXISTS (SELECT FROM pg_attribute t WHERE t.attrelid = c.oid AND t.attname = 'tenant_id')`,
  );
  const ids = new Set<string>();
  for (const { table, column } of columns) {
    const { rows } = await client.query<{ id: string | null }>(
      `SELECT DISTINCT ${column} AS id FROM ${table} WHERE tenant_id = $1`,
      [tenant],
    );
    for (const { id } of rows) if (id) ids.add(id);
  }
  return ids;
}
