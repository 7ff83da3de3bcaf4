import "server-only";
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { ChangeWindow } from "#server/engines/rotation/change-window.ts";
import { planRotation } from "#server/engines/rotation/plan-rotation.ts";
import type { SecretClass } from "#server/engines/secret-policy/default-rule.ts";
import { type RuleInForce, ruleInForce } from "#server/engines/secret-policy/rule-in-force.ts";
import {
  type WindowsByEnvironment,
  windowsInForce,
} from "#server/features/change-windows/index.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { type CurrentRules, currentRules } from "../in-force.ts";
import { ApplySecretPoliciesInput, SecretPoliciesApplied } from "../schema.ts";

/**
 * Judges credentials by the policies in force now, some at a time: those that were judged by others.
 * Their next rotation moves when their limit, lead, automation or change windows did. Credentials that somebody
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
    const windows = await windowsInForce(tx, tenant);
    const now = await tx.startedAt();
    const due = await tx.query<JudgedRow>(DUE, [tenant, rules.digest, input.limit]);
    const rows = due.map((row) => judge(row, { rules, windows, now }));
    await tx.query(APPLY, [
      tenant,
      rules.digest,
      rows.map((row) => row.bindingId),
      rows.map((row) => JSON.stringify(row.rule)),
      rows.map((row) => row.isMoved),
      rows.map((row) => row.next),
      rows.map((row) => row.windowsDigest),
    ]);
    const changed = rows.filter((row) => row.isChanged);
    const output = {
      judged: rows.length,
      changed: changed.length,
      rescheduled: rows.filter((row) => row.isMoved).length,
    };
    if (changed.length === 0 && output.rescheduled === 0) return unchanged(output);
    return audited(output, {
      type: "runtime.policies.applied",
      subject: `tenant/${tenant}`,
      payload: {
        ...output,
        overdue: changed.filter((row) => row.isOverdue).length,
        policies: rules.policies.map(({ origin, name, version }) => ({ origin, name, version })),
        digest: rules.digest,
      },
    });
  },
});

interface JudgedRow {
  [column: string]: unknown;
  binding_id: string;
  class: SecretClass;
  environment: string;
  rule: RuleInForce | null;
  last_rotated_at: Date | null;
  windows_digest: string;
}

/** Limit, lead and automation: what moves a date. */
function datesOf({ maxTtlSeconds, rotateBeforeSeconds, autoRotate }: RuleInForce) {
  return { maxTtlSeconds, rotateBeforeSeconds, autoRotate };
}

function judge(
  row: JudgedRow,
  by: { rules: CurrentRules; windows: WindowsByEnvironment; now: Date },
) {
  const { now } = by;
  const rule = by.rules.of(row.class);
  const before = row.rule ?? ruleInForce([], row.class);
  const windows = by.windows.of(row.environment);
  const windowsDigest = digestOf(windows);
  const isMoved =
    windowsDigest !== row.windows_digest || !isDeepStrictEqual(datesOf(before), datesOf(rule));
  const rotatedAt = row.last_rotated_at;
  const planned = rotatedAt
    ? planRotation({ rule, rotatedAt, windows, seed: row.binding_id, now })
    : null;
  const { maxTtlSeconds } = rule;
  return {
    bindingId: row.binding_id,
    rule,
    windowsDigest,
    next: planned?.at ?? null,
    isMoved,
    isChanged: !isDeepStrictEqual(plain(before), plain(rule)),
    isOverdue:
      rotatedAt !== null &&
      maxTtlSeconds !== null &&
      rotatedAt.getTime() + maxTtlSeconds * 1000 <= now.getTime(),
  };
}

/** As the database gives it back. */
function plain(rule: RuleInForce): unknown {
  return JSON.parse(JSON.stringify(rule));
}

function digestOf(windows: readonly ChangeWindow[]): string {
  if (windows.length === 0) return "";
  return createHash("sha256").update(JSON.stringify(windows)).digest("hex");
}

const DUE = `
  SELECT b.binding_id, b.class, b.environment, b.rule, b.last_rotated_at, b.windows_digest
  FROM secret_binding b WHERE b.tenant_id = $1 AND b.rule_digest <> $2
  ORDER BY b.binding_id LIMIT $3 FOR UPDATE SKIP LOCKED`;
const APPLY = `
  UPDATE secret_binding b SET rule = j.rule, rule_digest = $2, windows_digest = j.windows_digest,
    updated_at = clock_timestamp(),
    next_rotation_at = CASE WHEN j.is_moved THEN j.next ELSE b.next_rotation_at END
  FROM unnest($3::uuid[], $4::jsonb[], $5::boolean[], $6::timestamptz[], $7::text[])
    AS j (binding_id, rule, is_moved, next, windows_digest)
  WHERE b.tenant_id = $1 AND b.binding_id = j.binding_id`;
