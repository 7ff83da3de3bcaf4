import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { fileDatabase } from "#test/harness/file-database.ts";
import { CATALOG_CHECKS, checkCatalog } from "./catalog-checks.ts";

let client: pg.Client;
beforeAll(async () => {
  client = new pg.Client({ connectionString: fileDatabase().urls.superuser });
  await client.connect();
});
afterAll(() => client.end());

test("the migrated database keeps every rule", async () => {
  const results = await checkCatalog(client);
  expect(
    results.flatMap(({ check, faults }) => faults.map((fault) => `${check}: ${fault}`)),
  ).toEqual([]);
});

type CheckName = keyof typeof CATALOG_CHECKS;

/** What a careless migration might do, and the rule that must notice. */
const MUTATIONS: [CheckName, string, RegExp][] = [
  [
    "every table has a tenant key",
    "CREATE TABLE note (note_id uuid PRIMARY KEY)",
    /note: has no tenant_id/,
  ],
  [
    "every table has a tenant key",
    "CREATE TABLE note (tenant_id text)",
    /note: tenant_id may be NULL/,
  ],
  [
    "every table has a tenant key",
    "CREATE TABLE note (tenant_id uuid NOT NULL)",
    /note: tenant_id is not text/,
  ],
  [
    "every table has a primary key",
    "CREATE TABLE note (tenant_id text NOT NULL)",
    /note: has no primary key/,
  ],
  [
    "row security is enabled and forced",
    "ALTER TABLE alert NO FORCE ROW LEVEL SECURITY",
    /alert: .*not forced/,
  ],
  [
    "row security is enabled and forced",
    "ALTER TABLE alert DISABLE ROW LEVEL SECURITY",
    /alert: .*not enabled/,
  ],
  [
    "row security is enabled and forced",
    "CREATE TABLE note (tenant_id text PRIMARY KEY)",
    /note: .*not enabled/,
  ],
  [
    "every table has the template's policies",
    "DROP POLICY tenant_rows ON alert",
    /alert.tenant_rows: is missing/,
  ],
  [
    "every table has the template's policies",
    "ALTER POLICY worker_rows ON alert USING (true)",
    /alert.worker_rows: USING is true/,
  ],
  [
    "every table has the template's policies",
    "ALTER POLICY tenant_rows ON alert WITH CHECK (true)",
    /WITH CHECK is true/,
  ],
  [
    "every table has the template's policies",
    "ALTER POLICY search_rows ON alert TO PUBLIC",
    /is for other roles/,
  ],
  [
    "no table has a policy beside the template, but for owners of key-only functions",
    "CREATE POLICY extra ON alert TO console_tenant USING (true)",
    /alert.extra: opens rows/,
  ],
  [
    "every unique index starts with the tenant",
    "ALTER TABLE alert ADD UNIQUE (alert_id)",
    /alert_alert_id_key: does not start/,
  ],
  [
    "every unique index starts with the tenant",
    "CREATE UNIQUE INDEX odd ON alert (alert_id, tenant_id)",
    /odd: does not start/,
  ],
  [
    "every unique index starts with the tenant",
    "CREATE UNIQUE INDEX odd ON alert (lower(tenant_id))",
    /odd: does not start/,
  ],
  [
    "every foreign key carries the tenant on both sides",
    "ALTER TABLE alert ADD UNIQUE (alert_id); ALTER TABLE webhook_delivery ADD CONSTRAINT across FOREIGN KEY (alert_id) REFERENCES alert (alert_id)",
    /across: does not pair/,
  ],
  [
    "every foreign key carries the tenant on both sides",
    "ALTER TABLE rotation ADD CONSTRAINT nulls FOREIGN KEY (tenant_id, approval_id) REFERENCES approval_request ON DELETE SET NULL",
    /nulls: would set tenant_id/,
  ],
  [
    "every foreign key carries the tenant on both sides",
    "ALTER TABLE session ADD COLUMN t text, ADD CONSTRAINT out FOREIGN KEY (t) REFERENCES tenant",
    /out: crosses to a platform table/,
  ],
  [
    "grants are rows only, to named logins",
    "GRANT TRUNCATE ON alert TO console_worker",
    /TRUNCATE is granted/,
  ],
  [
    "grants are rows only, to named logins",
    "GRANT REFERENCES ON alert TO console_tenant",
    /REFERENCES is granted/,
  ],
  [
    "grants are rows only, to named logins",
    "GRANT TRIGGER ON alert TO console_tenant",
    /TRIGGER is granted/,
  ],
  ["grants are rows only, to named logins", "GRANT SELECT ON alert TO PUBLIC", /to PUBLIC/],
  [
    "grants are rows only, to named logins",
    "GRANT INSERT ON alert TO console_overview",
    /granted to a reader/,
  ],
  [
    "grants are rows only, to named logins",
    "GRANT SELECT ON alert TO console_identity",
    /identity login reaches/,
  ],
  [
    "grants are rows only, to named logins",
    "GRANT SELECT ON alert TO console_dispatch",
    /more than columns/,
  ],
  [
    "grants are rows only, to named logins",
    "GRANT SELECT ON alert TO console_tenant WITH GRANT OPTION",
    /passed on/,
  ],
  [
    "column grants are the key-only functions' own",
    "GRANT SELECT (detail) ON alert TO console_search",
    /alert.detail: is granted/,
  ],
  [
    "column grants are the key-only functions' own",
    "GRANT UPDATE (state) ON rotation TO console_dispatch",
    /UPDATE is granted/,
  ],
  [
    "column grants are the key-only functions' own",
    "GRANT UPDATE (kind) ON tenant TO console_dispatch",
    /tenant.kind: UPDATE is granted/,
  ],
  [
    "platform tables are exactly the closed list, with exactly their grants",
    "GRANT SELECT ON session TO console_worker",
    /session: has other grants/,
  ],
  [
    "platform tables are exactly the closed list, with exactly their grants",
    "ALTER TABLE session ADD COLUMN tenant_id text",
    /session: has a tenant key/,
  ],
  [
    "platform tables are exactly the closed list, with exactly their grants",
    "DROP TABLE rate_limit",
    /rate_limit: does not exist/,
  ],
  [
    "no partition is granted directly, no table is inherited",
    "CREATE TABLE part (tenant_id text PRIMARY KEY) PARTITION BY LIST (tenant_id); CREATE TABLE part_a PARTITION OF part DEFAULT; GRANT SELECT ON part_a TO console_tenant",
    /part_a: is a partition with grants/,
  ],
  [
    "no partition is granted directly, no table is inherited",
    "CREATE TABLE child () INHERITS (alert)",
    /child: inherits/,
  ],
  [
    "no view runs with its owner's rights",
    "CREATE VIEW all_alerts AS TABLE alert",
    /all_alerts: is not security_invoker/,
  ],
  [
    "no view runs with its owner's rights",
    "CREATE MATERIALIZED VIEW kept AS TABLE alert",
    /kept: is a materialized view/,
  ],
  [
    "no foreign table and no rewrite rule",
    "CREATE RULE quiet AS ON DELETE TO alert DO INSTEAD NOTHING",
    /quiet: is a rewrite rule/,
  ],
  [
    "functions that run as their owner are closed",
    "CREATE FUNCTION app.leak() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS 'SELECT 1'; GRANT EXECUTE ON FUNCTION app.leak() TO PUBLIC",
    /leak\(\): is executable by PUBLIC/,
  ],
  [
    "functions that run as their owner are closed",
    "ALTER FUNCTION app.due_rotations(integer) RESET search_path",
    /due_rotations.*no fixed search_path/,
  ],
  [
    "functions that run as their owner are closed",
    "ALTER FUNCTION app.due_rotations(integer) OWNER TO console_migrator",
    /due_rotations.*not owned/,
  ],
  [
    "our functions are for named logins",
    "GRANT EXECUTE ON FUNCTION app.refuse_change() TO PUBLIC",
    /refuse_change.*PUBLIC/,
  ],
  [
    "no column is an enum",
    "CREATE TYPE mood AS ENUM ('good'); ALTER TABLE alert ADD COLUMN mood mood",
    /alert.mood: is an enum/,
  ],
  [
    "no column is an enum",
    "CREATE TYPE mood AS ENUM ('good'); ALTER TABLE alert ADD COLUMN moods mood[]",
    /alert.moods: is an enum/,
  ],
  ["no id comes from a sequence", "CREATE SEQUENCE counter", /counter: is a sequence/],
  [
    "no id comes from a sequence",
    "ALTER TABLE alert ADD COLUMN n bigint GENERATED ALWAYS AS IDENTITY",
    /alert.n: is an identity column/,
  ],
  [
    "an erasure knows what to do with every column that can hold words",
    "ALTER TABLE alert ADD COLUMN remark text CHECK (length(remark) <= 200)",
    /alert.remark: is in no list of COPY_COLUMNS/,
  ],
  [
    "an erasure knows what to do with every column that can hold words",
    "ALTER TABLE alert DROP COLUMN detail",
    /alert.detail: is in COPY_COLUMNS and does not exist/,
  ],
  [
    "an erasure knows what to do with every column that can hold words",
    "REVOKE UPDATE ON rotation_step FROM console_worker",
    /rotation_step.note: is to be redacted, and the worker may not/,
  ],
  [
    "an erasure knows what to do with every column that can hold words",
    "CREATE UNIQUE INDEX once ON security_key (tenant_id, name)",
    /security_key.name: is unique/,
  ],
  [
    "the log is append-only",
    "ALTER TABLE audit_event DISABLE TRIGGER append_only_statements",
    /audit_event: lacks its triggers/,
  ],
  [
    "the log is append-only",
    "DROP TRIGGER append_only_table ON audit_leaf",
    /audit_leaf: lacks its triggers/,
  ],
  [
    "the log is append-only",
    "GRANT UPDATE ON audit_checkpoint TO console_worker",
    /audit_checkpoint: may be changed/,
  ],
  [
    "application logins have no power of their own",
    "GRANT TEMPORARY ON DATABASE %db TO PUBLIC",
    /console_tenant: may make temporary tables/,
  ],
  [
    "application logins have no power of their own",
    "GRANT CREATE ON SCHEMA public TO console_worker",
    /console_worker: may make objects/,
  ],
  [
    "application logins have no power of their own",
    "GRANT console_overview TO console_tenant",
    /console_tenant: has a membership/,
  ],
  [
    "application logins have no power of their own",
    "ALTER ROLE console_search BYPASSRLS",
    /console_search: has role attributes/,
  ],
  [
    "application logins have no power of their own",
    "ALTER TABLE alert OWNER TO console_tenant",
    /console_tenant: owns something/,
  ],
  [
    "owners of functions cannot log in",
    "ALTER ROLE console_guard LOGIN",
    /console_guard: can log in/,
  ],
  [
    "owners of functions cannot log in",
    "GRANT console_dispatch TO console_worker",
    /console_dispatch: has members/,
  ],
];

describe("each rule goes red", () => {
  // Roles belong to the cluster: nothing is committed, so no other test sees it.
  beforeEach(async () => void (await client.query("BEGIN")));
  afterEach(async () => void (await client.query("ROLLBACK")));

  test.each(MUTATIONS)("%s | %s", async (check, statements, fault) => {
    await client.query(statements.replace("%db", fileDatabase().name));
    const results = await checkCatalog(client);
    expect(results.find((result) => result.check === check)?.faults.join("\n")).toMatch(fault);
  });

  test("every rule on an empty catalog, but those that forbid a thing outright", async () => {
    await client.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    const results = await checkCatalog(client);
    const red = results.filter((result) => result.faults.length > 0).map((result) => result.check);
    expect(red).toEqual(
      expect.arrayContaining([
        "every table has a tenant key",
        "row security is enabled and forced",
      ]),
    );
    for (const { check, examined, faults } of results) {
      if (examined === 0 && !CATALOG_CHECKS[check]?.maySeeNothing) expect(faults).not.toEqual([]);
    }
  });
});

test("every rule is seen red by a mutation", () => {
  const covered = new Set(MUTATIONS.map(([check]) => check));
  expect(Object.keys(CATALOG_CHECKS).filter((check) => !covered.has(check))).toEqual([]);
});
