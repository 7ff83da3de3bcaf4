import "server-only";
import { uuidv7 } from "uuidv7";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { ignoreProblem } from "#server/engines/drift/ignore-rules.ts";
import { isolated } from "#server/engines/words/isolated.ts";
import { displayNameOf } from "#server/features/approvals/index.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { IgnoreRuleSaved, SaveIgnoreRuleInput } from "../schema.ts";

interface Stored {
  [column: string]: unknown;
  version: number;
  spec: JsonValue;
  retired_at: Date | null;
}

/**
 * Saves what is not to be told of, for a time: a new rule, or a new version of one. The next look
 * follows it. Throws `stale` when another version is in force than the change was made from.
 */
export const saveIgnoreRule = verb({
  name: "drift.saveIgnoreRule",
  scope: "runtime.drift.ignore",
  input: SaveIgnoreRuleInput,
  output: IgnoreRuleSaved,
  async run({ tx, tenant, actor, input }) {
    const { spec, owner, reason, forSeconds, basedOn } = input;
    const problem = ignoreProblem(spec);
    if (problem) {
      throw new AppError("invalid", `spec.expression: ${problem}`, {
        said: { key: "drift.badExpression", args: { why: isolated(problem) } },
        field: "spec.expression",
      });
    }
    const [before] = input.ruleId
      ? await tx.query<Stored>(
          "SELECT version, spec, retired_at FROM drift_ignore_rule WHERE tenant_id = $1 AND rule_id = $2 FOR UPDATE",
          [tenant, input.ruleId],
        )
      : [];
    if (input.ruleId && !before) throw notFound("drift ignore rule");
    if (before?.retired_at)
      throw new AppError("conflict", "This rule was retired. Make a new one.", {
        said: { key: "drift.ruleRetired" },
      });
    const ruleId = input.ruleId ?? uuidv7();
    const version = (before?.version ?? 0) + 1;
    if (basedOn !== version - 1) {
      throw new AppError("stale", "The rule was changed meanwhile.", {
        said: { key: "changed.rule" },
        field: "basedOn",
        remedy: "Nothing was saved. Load the newest version, and make your change again.",
      });
    }
    const eventId = uuidv7();
    const text = canonicalJson(spec as unknown as JsonValue);
    const values = [
      tenant,
      ruleId,
      version,
      text,
      owner,
      reason,
      forSeconds,
      displayNameOf(actor),
      eventId,
    ];
    const [saved] = await tx.query<{ expires_at: Date }>(
      `INSERT INTO drift_ignore_rule (tenant_id, rule_id, version, spec, owner, reason, expires_at, saved_by_name, saved_at, event_id)
       VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp() + make_interval(secs => $7), $8, clock_timestamp(), $9)
       ON CONFLICT (tenant_id, rule_id) DO UPDATE SET version = excluded.version, spec = excluded.spec,
         owner = excluded.owner, reason = excluded.reason, expires_at = excluded.expires_at,
         saved_by_name = excluded.saved_by_name, saved_at = excluded.saved_at, event_id = excluded.event_id
       RETURNING expires_at`,
      values,
    );
    await tx.query(
      `INSERT INTO drift_ignore_rule_version (tenant_id, rule_id, version, spec, owner, reason, expires_at, saved_by_name,
         saved_at, event_id)
       SELECT tenant_id, rule_id, version, spec, owner, reason, expires_at, saved_by_name, saved_at, event_id
       FROM drift_ignore_rule WHERE tenant_id = $1 AND rule_id = $2`,
      [tenant, ruleId],
    );
    return audited(
      { ruleId, version },
      {
        eventId,
        type: "runtime.drift.ignore-rule-saved",
        subject: `drift-ignore-rule/${ruleId}`,
        payload: {
          version,
          owner,
          reason,
          expiresAt: saved?.expires_at.toISOString() ?? null,
          before: before?.spec ?? null,
          after: spec as unknown as JsonValue,
        },
      },
    );
  },
});
