import "server-only";
import type { RuleInForce } from "#server/engines/secret-policy/rule-in-force.ts";
import { ruleOf, SECRET_CLASSES } from "./rules.ts";
import { BINDING_STATUSES, type Rotator } from "./schema.ts";

const rules = SECRET_CLASSES.map((secretClass) => ({ secretClass, ...ruleOf(secretClass) }));

/** The defaults, for what was not judged yet: parameters 2 to 4 of `BINDING_VIEW`, after the tenant. */
export const RULE_PARAMS: readonly unknown[] = [
  rules.map((rule) => rule.secretClass),
  rules.map((rule) => rule.maxTtlSeconds),
  rules.map((rule) => rule.managedBy),
];

/** A week before the limit, or the last tenth of a short life. */
const DUE_SOON = "limit_at - least(interval '7 days', make_interval(secs => max_ttl) / 10)";

/**
 * Every binding of the tenant ($1) with its age limit, its open rotation and its status, judged by
 * the database's clock (law 8).
 */
export const BINDING_VIEW = `
  WITH rule AS (
    SELECT * FROM unnest($2::text[], $3::int[], $4::text[]) AS r(class, max_ttl, managed_by)
  ), dated AS (
    SELECT b.*, judged.max_ttl, judged.managed_by,
      b.last_rotated_at + make_interval(secs => judged.max_ttl) AS limit_at,
      floor(extract(epoch FROM clock_timestamp() - b.last_rotated_at))::int AS age_seconds,
      b.rotator ->> 'missing' AS missing,
      r.rotation_id, r.state AS rotation_state, r.grace_until, r.error_text, r.trigger
    FROM secret_binding b
    JOIN rule ON rule.class = b.class
    CROSS JOIN LATERAL (SELECT
      CASE WHEN b.rule IS NULL THEN rule.max_ttl ELSE (b.rule ->> 'maxTtlSeconds')::int END AS max_ttl,
      coalesce(b.rule ->> 'managedBy', rule.managed_by) AS managed_by) judged
    LEFT JOIN rotation r ON r.tenant_id = b.tenant_id AND r.binding_id = b.binding_id AND r.finished_at IS NULL
    WHERE b.tenant_id = $1
  ), binding_view AS (
    SELECT dated.*, CASE
      WHEN state = 'retired' THEN 'retired'
      WHEN state IN ('failed', 'missing') OR rotation_state IN ('revoke_failed', 'indeterminate') THEN 'failed'
      WHEN limit_at <= clock_timestamp() THEN 'overdue'
      WHEN rotation_state IN ('promoted', 'grace', 'revoking', 'verified_dead') THEN 'in-grace'
      WHEN rotation_state IS NOT NULL THEN 'rotating'
      WHEN ${DUE_SOON} <= clock_timestamp() THEN 'due-soon'
      WHEN rotator ->> 'kind' = 'none' AND managed_by IN ('console', 'nobody') THEN 'unmanaged'
      ELSE 'healthy' END AS status
    FROM dated
  )`;

/** Sort keys: never null, and stable while time passes, so that a page continues where one ended. */
export const SORT_KEYS = {
  name: { sql: "lower(name)", type: "text" },
  status: {
    sql: `array_position(ARRAY[${BINDING_STATUSES.map((s) => `'${s}'`).join(",")}], status)::float8`,
    type: "float8",
  },
  age: { sql: "coalesce(-extract(epoch FROM last_rotated_at)::float8, -9e15)", type: "float8" },
  next: { sql: "coalesce(extract(epoch FROM next_rotation_at)::float8, 9e15)", type: "float8" },
  class: { sql: "class", type: "text" },
  owner: { sql: "lower(owner)", type: "text" },
  environment: { sql: "environment", type: "text" },
} as const;

export interface BindingViewRow {
  [column: string]: unknown;
  binding_id: string;
  name: string;
  class: (typeof SECRET_CLASSES)[number];
  environment: "dev" | "test" | "staging" | "prod";
  store: string;
  path: string;
  owner: string;
  rotator: Rotator;
  status: (typeof BINDING_STATUSES)[number];
  age_seconds: number | null;
  last_rotated_at: Date | null;
  next_rotation_at: Date | null;
  limit_at: Date | null;
  current_version: number | null;
  grace_seconds: number;
  missing: string | null;
  /** As it was last applied; null = not yet, so the default of the class. */
  rule: RuleInForce | null;
  rotation_id: string | null;
  rotation_state: string | null;
  grace_until: Date | null;
  error_text: string | null;
}
