import "server-only";
import { SECRET_CLASSES } from "#server/engines/secret-policy/default-rule.ts";
import { ruleInForce, secondsToNextRotation } from "#server/engines/secret-policy/rule-in-force.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { currentRules } from "../in-force.ts";
import { ApplySecretPoliciesInput, SecretPoliciesApplied } from "../schema.ts";

/**
 * Judges credentials by the policies in force now, some at a time: those that were judged by others.
 * Their next rotation moves when their limit, lead or automation did. Credentials that somebody
 * else has locked wait for the next round.
 */
export const applySecretPolicies = verb({
  name: "secretPolicies.apply",
  scope: "runtime.policies.apply",
  input: ApplySecretPoliciesInput,
  output: SecretPoliciesApplied,
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const rules = await currentRules(tx);
    const each = SECRET_CLASSES.map((secretClass) => {
      const rule = rules.of(secretClass);
      const standard = ruleInForce([], secretClass);
      return { secretClass, rule, standard, next: secondsToNextRotation(rule) };
    });
    const rows = await tx.query<{ is_changed: boolean; is_moved: boolean; is_overdue: boolean }>(
      APPLY,
      [
        tenant,
        rules.digest,
        input.limit,
        each.map((one) => one.secretClass),
        each.map((one) => JSON.stringify(one.rule)),
        each.map((one) => JSON.stringify(one.standard)),
        each.map((one) => one.next),
      ],
    );
    const changed = rows.filter((row) => row.is_changed);
    const output = {
      judged: rows.length,
      changed: changed.length,
      rescheduled: rows.filter((row) => row.is_moved).length,
    };
    if (changed.length === 0) return unchanged(output);
    return audited(output, {
      type: "runtime.policies.applied",
      subject: `tenant/${tenant}`,
      payload: {
        ...output,
        overdue: changed.filter((row) => row.is_overdue).length,
        policies: rules.policies.map(({ origin, name, version }) => ({ origin, name, version })),
        digest: rules.digest,
      },
    });
  },
});

const APPLY = `
  WITH due AS (
    SELECT b.binding_id, b.class, b.rule FROM secret_binding b
    WHERE b.tenant_id = $1 AND b.rule_digest <> $2
    ORDER BY b.binding_id LIMIT $3 FOR UPDATE SKIP LOCKED
  ), judged AS (
    SELECT due.binding_id, r.rule, r.next,
      coalesce(due.rule, r.standard) IS DISTINCT FROM r.rule AS is_changed,
      jsonb_build_array(before.rule -> 'maxTtlSeconds', before.rule -> 'rotateBeforeSeconds', before.rule -> 'autoRotate')
        IS DISTINCT FROM jsonb_build_array(r.rule -> 'maxTtlSeconds', r.rule -> 'rotateBeforeSeconds', r.rule -> 'autoRotate') AS is_moved
    FROM due
    JOIN unnest($4::text[], $5::jsonb[], $6::jsonb[], $7::float8[]) AS r (class, rule, standard, next) ON r.class = due.class
    CROSS JOIN LATERAL (SELECT coalesce(due.rule, r.standard) AS rule) before
  )
  UPDATE secret_binding b SET rule = judged.rule, rule_digest = $2, updated_at = clock_timestamp(),
    next_rotation_at = CASE WHEN judged.is_moved
      THEN b.last_rotated_at + make_interval(secs => judged.next) ELSE b.next_rotation_at END
  FROM judged WHERE b.tenant_id = $1 AND b.binding_id = judged.binding_id
  RETURNING judged.is_changed, judged.is_moved,
    coalesce(b.last_rotated_at + make_interval(secs => (b.rule ->> 'maxTtlSeconds')::float8) <= clock_timestamp(), false) AS is_overdue`;
