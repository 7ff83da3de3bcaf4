import "server-only";
import { uuidv7 } from "uuidv7";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { displayNameOf } from "#server/features/approvals/index.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { PolicySaved, PolicySpec, SavePolicyInput } from "../schema.ts";

/**
 * Says what happens to the findings of one rule, in every tenant. Only in the Sovereign's context. Throws `stale`
 * when another version is in force than the change was made from.
 */
export const saveRemediationPolicy = verb({
  name: "remediation.savePolicy",
  scope: "runtime.remediations.manage",
  input: SavePolicyInput,
  output: PolicySaved,
  async run({ tx, tenant, actor, input }) {
    const { rule, basedOn, reason } = input;
    const spec = { ...input.spec, safeKinds: [...new Set(input.spec.safeKinds)].sort() };
    const [here] = await tx.query<{ kind: string }>(
      "SELECT kind FROM tenant WHERE tenant_id = $1",
      [tenant],
    );
    if (here?.kind !== "sovereign") {
      throw new AppError("forbidden", "Only the Sovereign saves what may be mended, and how.", {
        remedy: "Switch to the Sovereign's own context.",
        said: { key: "remediation.sovereign-only" },
      });
    }
    const [before] = await tx.query<{ version: number; spec: unknown }>(
      `SELECT version, spec FROM remediation_policy WHERE tenant_id = $1 AND rule = $2
       ORDER BY version DESC LIMIT 1`,
      [tenant, rule],
    );
    const text = canonicalJson(spec as unknown as JsonValue);
    const old = before ? PolicySpec.parse(before.spec) : null;
    if (before && canonicalJson(old as unknown as JsonValue) === text) {
      return unchanged({ rule, version: before.version, outcome: "unchanged" as const });
    }
    const version = (before?.version ?? 0) + 1;
    const eventId = uuidv7();
    const saved =
      basedOn === version - 1
        ? await tx.query(
            `INSERT INTO remediation_policy (tenant_id, rule, version, mode, spec, reason, saved_by_name, event_id, saved_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp()) ON CONFLICT DO NOTHING RETURNING version`,
            [tenant, rule, version, spec.mode, text, reason, displayNameOf(actor), eventId],
          )
        : [];
    if (saved.length === 0) {
      throw new AppError("stale", `The remediation policy of ${rule} was changed meanwhile.`, {
        field: "basedOn",
        remedy: "Nothing was saved. Load the newest version, and make your change again.",
        said: { key: "remediation.policy-changed" },
      });
    }
    return audited(
      { rule, version, outcome: before ? ("changed" as const) : ("created" as const) },
      {
        eventId,
        type: "runtime.drift.remediation-policy-saved",
        subject: `drift-rule/${rule}`,
        payload: {
          version,
          reason,
          before: old as unknown as JsonValue,
          after: spec as unknown as JsonValue,
        },
      },
    );
  },
});
