import type pg from "pg";
import {
  CHANGED_COPIES,
  COPY_COLUMNS,
  columnsOf,
} from "#server/features/retention/copies/copy-columns.ts";
import { APPLICATION_LOGINS, FUNCTION_OWNERS } from "#server/platform/db/logins.ts";
import { PLATFORM_TABLES } from "#server/platform/db/platform-tables.ts";

/** What one rule of DESIGN §5 found in a database. */
export interface CheckResult {
  check: string;
  /** How many things it looked at. A check that saw nothing proves nothing. */
  examined: number;
  faults: string[];
}

interface Check {
  /** Rows `(thing, fault)`: everything looked at, with what is wrong with it or NULL. */
  sql: string;
  /** Some rules forbid a kind of thing outright: finding none is then the good case. */
  maySeeNothing?: true;
}

const literal = (names: readonly string[]) => `ARRAY[${names.map((name) => `'${name}'`)}]::name[]`;
const LOGINS = literal(APPLICATION_LOGINS);
const OWNERS = literal(FUNCTION_OWNERS);
const PLATFORM = literal(Object.keys(PLATFORM_TABLES));

const TENANT_TABLES = `(SELECT c.* FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
  AND c.relkind IN ('r', 'p') AND c.relname <> ALL (${PLATFORM}))`;

const OWN_TENANT = "(tenant_id = ( SELECT app.current_tenant() AS current_tenant))";
const OWN_SET =
  "(tenant_id = ANY (( SELECT app.current_tenant_set() AS current_tenant_set)::text[]))";

/** name, role, command (r = SELECT, * = ALL), USING, WITH CHECK: what `app.protect` makes. */
const TEMPLATE = `(VALUES
  ('tenant_rows', 'console_tenant', '*', '${OWN_TENANT}', '${OWN_TENANT}'),
  ('worker_rows', 'console_worker', '*', '${OWN_TENANT}', '${OWN_TENANT}'),
  ('search_rows', 'console_search', 'r', '${OWN_TENANT}', NULL),
  ('overview_rows', 'console_overview', 'r', '${OWN_SET}', NULL))
  AS template (name, login, command, using_text, check_text)`;

const GRANTS = `(SELECT c.oid, c.relname, c.relkind, c.relispartition, a.grantee, a.privilege_type, a.is_grantable,
    CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END AS grantee_name
  FROM pg_class c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
  WHERE c.relnamespace = 'public'::regnamespace AND a.grantee <> c.relowner)`;

const CONSOLE_SCHEMAS = "('public'::regnamespace, 'app'::regnamespace, 'pgboss'::regnamespace)";

/** (table, column, whether an erasure changes it, whether two that it changed still differ), of `COPY_COLUMNS`. */
const CLASSIFIED = `(VALUES ${Object.entries(COPY_COLUMNS)
  .flatMap(([table, columns]) =>
    (Object.keys(columns) as (keyof typeof columns)[]).flatMap((kind) =>
      columnsOf(columns, kind).map(([column]) => {
        const changes = CHANGED_COPIES.includes(kind);
        return `('${table}', '${column}', ${changes}, ${kind === "named"})`;
      }),
    ),
  )
  .join(", ")}) AS classified (name, column_name, changes, is_told_apart)`;

export const CATALOG_CHECKS: Record<string, Check> = {
  "every table has a tenant key": {
    sql: `SELECT t.relname AS thing, CASE
        WHEN a.attname IS NULL THEN 'has no tenant_id and is not in PLATFORM_TABLES'
        WHEN NOT a.attnotnull THEN 'tenant_id may be NULL'
        WHEN a.atttypid <> 'text'::regtype THEN 'tenant_id is not text' END AS fault
      FROM ${TENANT_TABLES} t
      LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped`,
  },
  "every table has a primary key": {
    sql: `SELECT t.relname AS thing, CASE WHEN NOT EXISTS (
        SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indisprimary) THEN 'has no primary key' END AS fault
      FROM ${TENANT_TABLES} t`,
  },
  "row security is enabled and forced": {
    sql: `SELECT t.relname AS thing, CASE
        WHEN NOT t.relrowsecurity THEN 'row security is not enabled'
        WHEN NOT t.relforcerowsecurity THEN 'row security is not forced' END AS fault
      FROM ${TENANT_TABLES} t`,
  },
  "every table has the template's policies": {
    sql: `SELECT t.relname || '.' || template.name AS thing, CASE
        WHEN p.oid IS NULL THEN 'is missing'
        WHEN p.polcmd::text <> template.command THEN 'is for another command'
        WHEN NOT p.polpermissive THEN 'is not permissive'
        WHEN p.polroles <> ARRAY[template.login::regrole::oid] THEN 'is for other roles'
        WHEN pg_get_expr(p.polqual, p.polrelid) IS DISTINCT FROM template.using_text
          THEN 'USING is ' || pg_get_expr(p.polqual, p.polrelid)
        WHEN pg_get_expr(p.polwithcheck, p.polrelid) IS DISTINCT FROM template.check_text
          THEN 'WITH CHECK is ' || pg_get_expr(p.polwithcheck, p.polrelid) END AS fault
      FROM ${TENANT_TABLES} t CROSS JOIN ${TEMPLATE}
      LEFT JOIN pg_policy p ON p.polrelid = t.oid AND p.polname = template.name`,
  },
  "no table has a policy beside the template, but for owners of key-only functions": {
    sql: `SELECT c.relname || '.' || p.polname AS thing, CASE
        WHEN p.polname IN (SELECT name FROM ${TEMPLATE}) THEN NULL
        WHEN p.polroles <> ARRAY['console_dispatch'::regrole::oid] THEN 'opens rows to other roles' END AS fault
      FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid`,
  },
  "every unique index starts with the tenant": {
    sql: `SELECT i.indexrelid::regclass::text AS thing, CASE
        WHEN coalesce(a.attname, '') <> 'tenant_id' THEN 'does not start with tenant_id' END AS fault
      FROM pg_index i JOIN ${TENANT_TABLES} t ON t.oid = i.indrelid
      LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
      WHERE i.indisunique OR i.indisprimary OR i.indisexclusion`,
  },
  "every foreign key carries the tenant on both sides": {
    sql: `SELECT f.conname::text AS thing, CASE
        WHEN s.relname = ANY (${PLATFORM}) OR g.relname = ANY (${PLATFORM}) THEN 'crosses to a platform table'
        WHEN NOT EXISTS (
          SELECT FROM unnest(f.conkey, f.confkey) AS pair (here, there)
          JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = pair.here AND a.attname = 'tenant_id'
          JOIN pg_attribute b ON b.attrelid = f.confrelid AND b.attnum = pair.there AND b.attname = 'tenant_id')
          THEN 'does not pair tenant_id with tenant_id'
        WHEN f.confdeltype IN ('n', 'd') AND f.confdelsetcols IS NULL THEN 'would set tenant_id on delete'
        WHEN f.confupdtype IN ('n', 'd', 'c') THEN 'would change tenant_id on update'
        WHEN NOT f.convalidated THEN 'is not validated' END AS fault
      FROM pg_constraint f JOIN pg_class s ON s.oid = f.conrelid JOIN pg_class g ON g.oid = f.confrelid
      WHERE f.contype = 'f' AND 'public'::regnamespace IN (s.relnamespace, g.relnamespace)`,
  },
  "grants are rows only, to named logins": {
    sql: `SELECT g.relname || ' to ' || g.grantee_name AS thing, CASE
        WHEN g.grantee = 0 THEN 'is granted to PUBLIC'
        WHEN g.is_grantable THEN 'may be passed on'
        WHEN g.privilege_type NOT IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE') THEN g.privilege_type || ' is granted'
        WHEN g.grantee_name IN ('console_overview', 'console_search') AND g.privilege_type <> 'SELECT'
          THEN g.privilege_type || ' is granted to a reader'
        WHEN g.grantee_name = 'console_identity' AND g.relname <> ALL (${PLATFORM})
          THEN 'the identity login reaches tenant content'
        WHEN g.grantee_name = ANY (${OWNERS}::text[]) THEN 'a function owner has more than columns'
        WHEN g.grantee_name <> ALL (${LOGINS}::text[]) THEN 'is granted to an unknown role' END AS fault
      FROM ${GRANTS} g`,
  },
  "column grants are the key-only functions' own": {
    sql: `SELECT c.relname || '.' || a.attname AS thing, CASE
        WHEN x.grantee = 0 OR x.grantee::regrole::text <> 'console_dispatch' THEN 'is granted to another role'
        WHEN x.privilege_type = 'SELECT' THEN NULL
        WHEN c.relname IN ('tenant', 'tenant_key') AND x.privilege_type = 'INSERT' THEN NULL
        WHEN c.relname = 'tenant' AND a.attname IN ('labels', 'state') AND x.privilege_type = 'UPDATE' THEN NULL
        ELSE x.privilege_type || ' is granted' END AS fault
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid, aclexplode(a.attacl) x
      WHERE c.relnamespace = 'public'::regnamespace`,
  },
  "platform tables are exactly the closed list, with exactly their grants": {
    sql: `SELECT expected.name AS thing, CASE
        WHEN c.oid IS NULL THEN 'does not exist'
        WHEN EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id')
          THEN 'has a tenant key: take it off the list'
        WHEN coalesce((SELECT string_agg(held, '; ' ORDER BY held) FROM (
            SELECT g.grantee_name || ': ' || string_agg(g.privilege_type, ', ' ORDER BY g.privilege_type) AS held
            FROM ${GRANTS} g WHERE g.oid = c.oid GROUP BY g.grantee_name) h), '') <> expected.grants
          THEN 'has other grants than listed' END AS fault
      FROM (VALUES ${Object.entries(PLATFORM_TABLES)
        .map(([name, table]) => {
          const grants = Object.entries(table.grants).map(([login, list]) => `${login}: ${list}`);
          return `('${name}', '${grants.sort().join("; ")}')`;
        })
        .join(", ")}) AS expected (name, grants)
      LEFT JOIN pg_class c ON c.relname = expected.name AND c.relnamespace = 'public'::regnamespace`,
  },
  "no partition is granted directly, no table is inherited": {
    maySeeNothing: true,
    sql: `SELECT c.relname AS thing, CASE
        WHEN NOT c.relispartition THEN 'inherits, so row security of its parent does not hold'
        WHEN EXISTS (SELECT FROM ${GRANTS} g WHERE g.oid = c.oid) THEN 'is a partition with grants of its own' END AS fault
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'f')`,
  },
  "no view runs with its owner's rights": {
    maySeeNothing: true,
    sql: `SELECT c.relname AS thing, CASE
        WHEN c.relkind = 'm' THEN 'is a materialized view: row security does not apply to it'
        WHEN coalesce(c.reloptions, '{}') && ARRAY['security_invoker=true', 'security_invoker=on'] THEN NULL
        ELSE 'is not security_invoker' END AS fault
      FROM pg_class c WHERE c.relkind IN ('v', 'm') AND c.relnamespace IN ${CONSOLE_SCHEMAS}`,
  },
  "no foreign table and no rewrite rule": {
    maySeeNothing: true,
    sql: `SELECT relname AS thing, 'is a foreign table' AS fault FROM pg_class WHERE relkind = 'f'
      UNION ALL SELECT c.relname || '.' || r.rulename, 'is a rewrite rule' FROM pg_rewrite r
      JOIN pg_class c ON c.oid = r.ev_class WHERE c.relkind = 'r' AND c.relnamespace IN ${CONSOLE_SCHEMAS}`,
  },
  "functions that run as their owner are closed": {
    sql: `SELECT p.oid::regprocedure::text AS thing, CASE
        WHEN EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
          WHERE a.grantee = 0 AND a.privilege_type = 'EXECUTE') THEN 'is executable by PUBLIC'
        WHEN NOT coalesce(p.proconfig, '{}') && ARRAY['search_path=pg_catalog', 'search_path=pg_catalog, public']
          THEN 'has no fixed search_path'
        WHEN p.proowner::regrole::text <> ALL (${OWNERS}::text[]) THEN 'is not owned by one of FUNCTION_OWNERS' END AS fault
      FROM pg_proc p WHERE p.prosecdef AND p.pronamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)`,
  },
  "our functions are for named logins": {
    sql: `SELECT p.oid::regprocedure::text AS thing, CASE
        WHEN EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE a.grantee = 0)
          THEN 'is executable by PUBLIC'
        WHEN p.prolang NOT IN (SELECT oid FROM pg_language WHERE lanname IN ('sql', 'plpgsql'))
          THEN 'is in an untrusted language' END AS fault
      FROM pg_proc p WHERE p.pronamespace IN ('app'::regnamespace, 'public'::regnamespace)`,
  },
  "no column is an enum": {
    sql: `SELECT t.relname || '.' || a.attname AS thing, CASE
        WHEN y.typtype = 'e' OR e.typtype = 'e' THEN 'is an enum: use text and CHECK' END AS fault
      FROM ${TENANT_TABLES} t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
      JOIN pg_type y ON y.oid = a.atttypid LEFT JOIN pg_type e ON e.oid = y.typelem AND y.typelem <> 0`,
  },
  "an erasure knows what to do with every column that can hold words": {
    // Closed by itself: a CHECK on this column alone that lists its values, its syntax or its length in bytes.
    sql: `SELECT t.relname || '.' || a.attname AS thing, CASE
        WHEN classified.name IS NOT NULL OR EXISTS (SELECT FROM pg_constraint c
          WHERE c.conrelid = t.oid AND c.contype = 'c' AND c.conkey = ARRAY[a.attnum]
            AND pg_get_constraintdef(c.oid) ~ '(= ANY \\(|<@ |~ ''\\^[^.]*\\$''|octet_length\\(\\w+\\) = )') THEN NULL
        ELSE 'is in no list of COPY_COLUMNS (server/features/retention/copies): say what becomes of erased content in it' END AS fault
      FROM ${TENANT_TABLES} t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
        AND a.attname <> 'tenant_id' AND a.atttypid = ANY ('{text,text[],jsonb,json,bytea,varchar,xml}'::regtype[])
      LEFT JOIN ${CLASSIFIED} ON classified.name = t.relname AND classified.column_name = a.attname
      UNION ALL
      SELECT classified.name || '.' || classified.column_name, CASE
        WHEN a.attname IS NULL THEN 'is in COPY_COLUMNS and does not exist'
        WHEN classified.changes AND NOT (has_table_privilege('console_worker', a.attrelid, 'SELECT')
            AND has_table_privilege('console_worker', a.attrelid, 'UPDATE'))
          THEN 'is to be redacted, and the worker may not'
        WHEN classified.changes AND NOT classified.is_told_apart AND EXISTS (SELECT FROM pg_index i
          WHERE i.indrelid = a.attrelid AND i.indisunique AND a.attnum = ANY (i.indkey))
          THEN 'is unique, and two that were redacted would be the same' END
      FROM ${CLASSIFIED} LEFT JOIN pg_attribute a ON a.attrelid = to_regclass('public.' || classified.name)
        AND a.attname = classified.column_name AND NOT a.attisdropped`,
  },
  "no id comes from a sequence": {
    sql: `SELECT c.relname || coalesce('.' || a.attname, '') AS thing, CASE
        WHEN c.relkind = 'S' THEN 'is a sequence'
        WHEN a.attidentity <> '' THEN 'is an identity column' END AS fault
      FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND c.relkind <> 'S'
      WHERE c.relnamespace IN ('public'::regnamespace, 'app'::regnamespace) AND c.relkind IN ('r', 'p', 'S')`,
  },
  "the log is append-only": {
    sql: `SELECT expected.name AS thing, CASE
        WHEN (SELECT count(*) FROM pg_trigger t WHERE t.tgrelid = to_regclass('public.' || expected.name)
          AND t.tgfoid = 'app.refuse_change'::regproc AND t.tgenabled = 'O') <> 2 THEN 'lacks its triggers'
        WHEN EXISTS (SELECT FROM ${GRANTS} g WHERE g.relname = expected.name
          AND g.privilege_type IN ('UPDATE', 'DELETE')) THEN 'may be changed' END AS fault
      FROM (VALUES ('audit_event'), ('audit_leaf'), ('audit_checkpoint')) AS expected (name)`,
  },
  "application logins have no power of their own": {
    sql: `SELECT expected.login AS thing, CASE
        WHEN r.oid IS NULL THEN 'does not exist'
        WHEN NOT r.rolcanlogin THEN 'cannot log in'
        WHEN r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication THEN 'has role attributes'
        WHEN EXISTS (SELECT FROM pg_auth_members m WHERE r.oid IN (m.member, m.roleid)) THEN 'has a membership'
        WHEN EXISTS (SELECT FROM pg_shdepend d WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = r.oid
          AND d.deptype = 'o') THEN 'owns something'
        WHEN has_database_privilege(r.oid, current_database(), 'TEMPORARY') THEN 'may make temporary tables'
        WHEN has_database_privilege(r.oid, current_database(), 'CREATE') THEN 'may make schemas'
        WHEN EXISTS (SELECT FROM pg_namespace n WHERE has_schema_privilege(r.oid, n.oid, 'CREATE')) THEN 'may make objects'
        WHEN EXISTS (SELECT FROM pg_parameter_acl) THEN 'parameters are granted' END AS fault
      FROM unnest(${LOGINS}) AS expected (login) LEFT JOIN pg_roles r ON r.rolname = expected.login`,
  },
  "owners of functions cannot log in": {
    sql: `SELECT expected.name AS thing, CASE
        WHEN r.oid IS NULL THEN 'does not exist'
        WHEN r.rolcanlogin THEN 'can log in'
        WHEN r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb THEN 'has role attributes'
        WHEN EXISTS (SELECT FROM pg_auth_members m WHERE m.roleid = r.oid AND m.member::regrole::text NOT IN ('console_migrator', 'postgres'))
          THEN 'has members' END AS fault
      FROM unnest(${OWNERS}) AS expected (name) LEFT JOIN pg_roles r ON r.rolname = expected.name`,
  },
};

/** Runs every check on one connection (a superuser's), so that an open transaction is looked at as it is. */
export async function checkCatalog(client: pg.Client): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const [check, { sql, maySeeNothing }] of Object.entries(CATALOG_CHECKS)) {
    const { rows } = await client.query<{ thing: string; fault: string | null }>(sql);
    const faults = rows
      .filter((row) => row.fault !== null)
      .map((row) => `${row.thing}: ${row.fault}`);
    if (rows.length === 0 && !maySeeNothing) faults.push("nothing to check: the catalog is empty");
    results.push({ check, examined: rows.length, faults: faults.sort() });
  }
  return results;
}
