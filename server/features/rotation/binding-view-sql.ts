import "server-only";
import type { RuleInForce } from "#server/engines/secret-policy/rule-in-force.ts";
import type { SECRET_CLASSES } from "./rules.ts";
import type { BindingStatus, ENVIRONMENTS, Rotator } from "./schema.ts";

/**
 * What a credential of `secret_binding b` needs, as of a moment of the database's clock (law 8).
 * `standing` is what it needs apart from the clock; the rest are thresholds in the row.
 * `asOf` is SQL: a constant of the statement.
 */
export function statusSql(asOf: string): string {
  return `CASE
    WHEN b.standing IN ('leaked', 'orphaned', 'failed', 'missing', 'retired') THEN b.standing
    WHEN b.limit_key <= ${asOf} THEN 'overdue'
    WHEN b.standing IN ('awaiting-approval', 'rotating', 'in-grace') THEN b.standing
    WHEN b.soon_key <= ${asOf} THEN 'due-soon'
    ELSE b.standing END`;
}

const STUCK = new Set<BindingStatus>(["leaked", "orphaned", "failed", "missing", "retired"]);
const UNDER_WAY = new Set<BindingStatus>(["awaiting-approval", "rotating", "in-grace"]);
const ALIVE = "'awaiting-approval', 'rotating', 'in-grace', 'unmanaged', 'healthy'";

/** The same judgement as a condition on one status, in ranges that an index answers. */
export function hasStatusSql(status: BindingStatus, asOf: string): string {
  if (STUCK.has(status)) return `b.standing = '${status}'`;
  if (status === "overdue") return `(b.standing IN (${ALIVE}) AND b.limit_key <= ${asOf})`;
  if (UNDER_WAY.has(status)) return `(b.standing = '${status}' AND b.limit_key > ${asOf})`;
  if (status === "due-soon") {
    // Nothing is due soon that has more than a week: the index needs only look at that much.
    const week = `b.limit_key <= ${asOf} + interval '7 days'`;
    return `(b.standing IN ('unmanaged', 'healthy') AND b.limit_key > ${asOf} AND ${week} AND b.soon_key <= ${asOf})`;
  }
  return `(b.standing = '${status}' AND b.limit_key > ${asOf} AND b.soon_key > ${asOf})`;
}

/** Columns of a credential of the dashboard and of its open rotation `r`. */
export const VIEW_COLUMNS = `b.binding_id, b.name, b.class, b.environment, b.store, b.path, b.owner,
  b.rotator, b.region, b.origin, b.rule, b.current_version, b.grace_seconds, b.last_rotated_at,
  nullif(b.next_key, 'infinity') AS next_rotation_at, b.leaked_at, b.missing_since, nullif(b.limit_key, 'infinity') AS limit_at,
  floor(extract(epoch FROM now() - b.last_rotated_at))::float8 AS age_seconds,
  r.rotation_id, r.state AS rotation_state, r.grace_until, r.error_text`;

export const JOIN_ROTATION = `LEFT JOIN rotation r
  ON r.tenant_id = $1 AND r.binding_id = b.binding_id AND r.finished_at IS NULL`;

/** The same for a page: looked up one by one, however many rotations are open. */
export const JOIN_ROTATION_OF_EACH = `LEFT JOIN LATERAL (SELECT r.rotation_id, r.state, r.grace_until, r.error_text
  FROM rotation r WHERE r.tenant_id = $1 AND r.binding_id = b.binding_id AND r.finished_at IS NULL LIMIT 1) r ON true`;

export interface BindingViewRow {
  [column: string]: unknown;
  binding_id: string;
  name: string;
  class: (typeof SECRET_CLASSES)[number];
  environment: (typeof ENVIRONMENTS)[number];
  store: string;
  path: string;
  owner: string;
  rotator: Rotator;
  region: string | null;
  origin: "bound" | "discovered";
  status: BindingStatus;
  age_seconds: number | null;
  last_rotated_at: Date | null;
  next_rotation_at: Date | null;
  leaked_at: Date | null;
  missing_since: Date | null;
  limit_at: Date | null;
  current_version: number | null;
  grace_seconds: number;
  /** As it was last applied; null = not yet, so the default of the class. */
  rule: RuleInForce | null;
  rotation_id: string | null;
  rotation_state: string | null;
  grace_until: Date | null;
  error_text: string | null;
}
