import type pg from "pg";

const statements = new WeakMap<pg.Client, Promise<string>>();

/**
 * One line for each table with a tenant key: how many rows belong to `tenant`, and the newest
 * transaction that wrote one of them. A row that is added or touched, be it with the values it had,
 * raises the second; one that is deleted lowers the first. Asked after every change of a walk, so it
 * is prepared once for a connection and reads no column.
 */
export async function markOfRows(client: pg.Client, tenant: string): Promise<string> {
  const known = statements.get(client) ?? statementOf(client);
  statements.set(client, known);
  const { rows } = await client.query<{ mark: string }>({
    name: "mark-of-rows",
    text: await known,
    values: [tenant],
  });
  return rows.map(({ mark }) => mark).join("\n");
}

async function statementOf(client: pg.Client): Promise<string> {
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1`,
  );
  if (tables.length === 0) throw new Error("no tenant table to look at");
  const each = tables.map(
    ({ name }) =>
      `SELECT concat_ws(':', '${name}', count(*), max(xmin::text::bigint)) AS mark FROM ${name} WHERE tenant_id = $1`,
  );
  return each.join(" UNION ALL ");
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
