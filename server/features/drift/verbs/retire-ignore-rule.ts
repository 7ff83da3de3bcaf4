import "server-only";
import { notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { IgnoreRuleRetired, RetireIgnoreRuleInput } from "../schema.ts";

/** Ends a rule before its time: from the next look on, what it hid is told of again. */
export const retireIgnoreRule = verb({
  name: "drift.retireIgnoreRule",
  scope: "runtime.drift.ignore",
  input: RetireIgnoreRuleInput,
  output: IgnoreRuleRetired,
  async run({ tx, tenant, input }) {
    const [rule] = await tx.query<{ retired_at: Date | null; version: number }>(
      "SELECT retired_at, version FROM drift_ignore_rule WHERE tenant_id = $1 AND rule_id = $2 FOR UPDATE",
      [tenant, input.ruleId],
    );
    if (!rule) throw notFound("drift ignore rule");
    if (rule.retired_at) return unchanged({ outcome: "unchanged" as const });
    await tx.query(
      "UPDATE drift_ignore_rule SET retired_at = clock_timestamp() WHERE tenant_id = $1 AND rule_id = $2",
      [tenant, input.ruleId],
    );
    return audited(
      { outcome: "retired" as const },
      {
        type: "runtime.drift.ignore-rule-retired",
        subject: `drift-ignore-rule/${input.ruleId}`,
        payload: { reason: input.reason, version: rule.version },
      },
    );
  },
});
