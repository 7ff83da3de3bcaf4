import "server-only";
import { uuidv7 } from "uuidv7";
import type { z } from "zod";
import { currentRules } from "#server/features/secret-policies/index.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { MOST_AT_ONCE, type NoteFoundInput, type RecordDiscoveryInput } from "./schema.ts";

type Found = z.output<typeof NoteFoundInput>["found"];
type Places = z.output<typeof RecordDiscoveryInput>["found"];

export interface ChangedRow {
  [column: string]: unknown;
  binding_id: string;
  store: string;
  path: string;
}

const columns = (found: Places) => [
  found.map((each) => each.store),
  found.map((each) => each.path),
];

/** Notes that stores list these, and takes back what was thought missing. Gives those that are back. */
export async function noteSeen(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  found: Found,
): Promise<ChangedRow[]> {
  const rows = await tx.query<ChangedRow & { was_missing: boolean }>(
    `WITH due AS (
       SELECT b.binding_id, b.state = 'missing' OR b.missing_since IS NOT NULL OR b.state = 'retired' AS was_missing
       FROM unnest($2::text[], $3::text[]) AS f (store, path)
       JOIN secret_binding b ON b.tenant_id = $1 AND b.store = f.store AND b.path = f.path
       WHERE (b.state <> 'retired' OR b.origin = 'discovered')
         -- An hour's grain: a hundred thousand rows are not written anew in every run.
         AND (b.missing_since IS NOT NULL OR b.state IN ('missing', 'retired') OR b.last_seen_at IS NULL
           OR b.last_seen_at < clock_timestamp() - interval '1 hour')
       ORDER BY b.binding_id FOR UPDATE OF b
     )
     UPDATE secret_binding b SET last_seen_at = clock_timestamp(), missing_since = NULL,
       retired_at = NULL, retired_reason = NULL,
       state = CASE WHEN b.state NOT IN ('missing', 'retired') THEN b.state
         WHEN b.failures > 0 THEN 'failed' ELSE 'active' END
     FROM due WHERE b.tenant_id = $1 AND b.binding_id = due.binding_id
     RETURNING b.binding_id, b.store, b.path, due.was_missing`,
    [tenant, ...columns(found)],
  );
  return rows.filter((row) => row.was_missing);
}

/**
 * Makes rows of secrets that nobody bound. Staged siblings (`x.staged` beside `x`) and whatever a
 * rotator names (logins, evidence) belong to another credential and are none of their own.
 */
export async function addUnmanaged(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  found: Found,
  /** Whether a store listed them, says that they aren't there, or couldn't be asked. */
  standing: "seen" | "gone" | "unproven",
): Promise<ChangedRow[]> {
  if (found.length === 0) return [];
  const rules = await currentRules(tx);
  return tx.query<ChangedRow>(
    `WITH unknown AS (
       SELECT DISTINCT ON (f.store, f.path) f.* FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::uuid[])
         AS f (store, path, name, class, environment, binding_id)
       WHERE NOT EXISTS (SELECT FROM secret_binding b WHERE b.tenant_id = $1 AND b.store = f.store AND b.path = f.path)
       ORDER BY f.store, f.path
     ), named AS (
       SELECT DISTINCT said #>> '{}' AS path FROM secret_binding b, jsonb_path_query(b.rotator, 'strict $.**') said
       WHERE b.tenant_id = $1 AND jsonb_typeof(said) = 'string' AND EXISTS (SELECT FROM unknown)
     ), fresh AS (
       SELECT u.* FROM unknown u
       WHERE NOT (u.store = 'openbao' AND u.path IN (SELECT n.path FROM named n))
         AND NOT (u.store = 'azure-key-vault' AND EXISTS (SELECT FROM secret_binding b
           WHERE b.tenant_id = $1 AND b.store = u.store AND regexp_replace(u.path, '^.*/', '') =
             CASE split_part(u.path, '/', 2) WHEN 'keys' THEN b.rotator ->> 'key' WHEN 'secrets' THEN b.rotator ->> 'secret' END))
         AND NOT (right(u.path, 7) = '.staged' AND (
           EXISTS (SELECT FROM secret_binding b WHERE b.tenant_id = $1 AND b.store = u.store AND b.path = left(u.path, -7))
           OR EXISTS (SELECT FROM unknown base WHERE base.store = u.store AND base.path = left(u.path, -7))
           OR (u.store = 'openbao' AND left(u.path, -7) IN (SELECT n.path FROM named n))))
     )
     INSERT INTO secret_binding (tenant_id, binding_id, name, class, environment, store, path, owner, rotator,
       state, origin, last_seen_at, missing_since, rule, rule_digest, created_at, updated_at)
     SELECT $1, f.binding_id, f.name, f.class, f.environment, f.store, f.path, 'nobody', $8,
       CASE WHEN $9 = 'gone' THEN 'missing' ELSE 'active' END, 'discovered',
       CASE WHEN $9 = 'seen' THEN clock_timestamp() END, CASE WHEN $9 = 'gone' THEN clock_timestamp() END,
       r.rule, $12, clock_timestamp(), clock_timestamp()
     FROM (SELECT * FROM fresh LIMIT ${MOST_AT_ONCE}) f
     JOIN unnest($10::text[], $11::jsonb[]) AS r (class, rule) ON r.class = f.class
     ON CONFLICT (tenant_id, store, path) DO NOTHING
     RETURNING binding_id, store, path`,
    [
      tenant,
      ...columns(found),
      found.map((each) => each.name),
      found.map((each) => each.class),
      found.map((each) => each.environment),
      found.map(() => uuidv7()),
      JSON.stringify(NO_ROTATOR),
      standing,
      ...classRules(found, rules),
      rules.digest,
    ],
  );
}

const NO_ROTATOR = {
  kind: "none",
  missing: "nobody has bound this secret: say what it is and who rotates it.",
};

function classRules(found: Found, rules: Awaited<ReturnType<typeof currentRules>>) {
  const classes = [...new Set(found.map((each) => each.class))];
  return [classes, classes.map((each) => JSON.stringify(rules.of(each)))];
}

/**
 * What isn't in a part of a store that was read whole is gone: a bound secret becomes `missing`, one
 * that nobody bound and nothing refers to is retired. References with a rotation under way, and those
 * made or changed since the reading began, wait for the next one.
 */
export async function noteMissing(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  found: Places,
  whole: readonly { store: string; prefix: string }[],
): Promise<ChangedRow[]> {
  if (whole.length === 0) return [];
  return tx.query<ChangedRow>(
    `WITH found AS (SELECT * FROM unnest($2::text[], $3::text[]) AS f (store, path)),
     gone AS (
       SELECT b.binding_id,
         b.origin = 'discovered' AND NOT EXISTS (SELECT FROM secret_sighting s
           WHERE s.tenant_id = $1 AND s.binding_id = b.binding_id AND s.gone_at IS NULL) AS is_forgotten
       FROM secret_binding b JOIN unnest($4::text[], $5::text[]) AS w (store, prefix)
         ON w.store = b.store AND starts_with(b.path, w.prefix)
       WHERE b.tenant_id = $1 AND b.state IN ('active', 'failed') AND b.missing_since IS NULL
         AND b.updated_at < (SELECT started_at FROM discovery_run WHERE tenant_id = $1)
         AND NOT EXISTS (SELECT FROM found f WHERE f.store = b.store AND f.path = b.path)
         AND NOT EXISTS (SELECT FROM rotation r WHERE r.tenant_id = $1 AND r.binding_id = b.binding_id AND r.finished_at IS NULL)
       ORDER BY b.binding_id LIMIT ${MOST_AT_ONCE} FOR UPDATE OF b
     )
     UPDATE secret_binding b SET
       state = CASE WHEN gone.is_forgotten THEN 'retired' ELSE 'missing' END,
       missing_since = CASE WHEN gone.is_forgotten THEN NULL ELSE clock_timestamp() END,
       retired_at = CASE WHEN gone.is_forgotten THEN clock_timestamp() END,
       retired_reason = CASE WHEN gone.is_forgotten THEN 'Not in its store any more; nobody had bound it.' END
     FROM gone WHERE b.tenant_id = $1 AND b.binding_id = gone.binding_id
     RETURNING b.binding_id, b.store, b.path`,
    [tenant, ...columns(found), whole.map((each) => each.store), whole.map((each) => each.prefix)],
  );
}
