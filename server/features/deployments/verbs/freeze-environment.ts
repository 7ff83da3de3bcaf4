import "server-only";
import { isFrozen } from "#server/engines/deployments/execution-facts.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { environmentFacts } from "../environment-facts.ts";
import { holdEnvironment } from "../environment-rows.ts";
import { EnvironmentFrozen, FreezeEnvironmentInput } from "../environment-schema.ts";

/**
 * Stops deployments to an environment until a time or until it is lifted, or lifts that. Approvals
 * stay as they are: a freeze is no change of what was approved.
 */
export const freezeEnvironment = verb({
  name: "environments.freeze",
  scope: "runtime.environments.manage",
  policy: "ManageEnvironment",
  input: FreezeEnvironmentInput,
  output: EnvironmentFrozen,
  environment: async ({ input }) => ({
    environment: input.environment,
    isOnlyStopping: input.isFrozen,
  }),
  async facts({ caller, input }) {
    return environmentFacts(caller, input.environment, {
      act: input.isFrozen ? "freeze" : "unfreeze",
    });
  },
  async run({ tx, tenant, input }) {
    const { environment, isFrozen: wanted } = input;
    const until = wanted ? input.until : null;
    const row = await holdEnvironment(tx, tenant, environment, "update");
    if (!row) {
      throw new AppError("invalid", `environment: ${environment} has no policy here`, {
        field: "environment",
        remedy: "Nothing can be deployed there: there is nothing to freeze.",
        said: { key: "nothingToFreeze", args: { environment } },
      });
    }
    const now = await tx.startedAt();
    if (until && until <= now) {
      throw new AppError("invalid", "until: is past already", {
        field: "until",
        remedy: "Name a time to come, or none.",
        said: { key: "untilIsPast" },
      });
    }
    const was = isFrozen({ frozenFrom: row.frozen_from, frozenUntil: row.frozen_until }, now);
    const output = { environment, isFrozen: wanted, until };
    const isSame = was === wanted && (row.frozen_until?.getTime() ?? 0) === (until?.getTime() ?? 0);
    if (isSame) return unchanged(output);
    await tx.query(
      `UPDATE environment_policy SET frozen_from = CASE WHEN $3 THEN clock_timestamp() END, frozen_until = $4,
         freeze_reason = $5, updated_at = clock_timestamp()
       WHERE tenant_id = $1 AND environment = $2`,
      [tenant, environment, wanted, until, wanted ? input.reason : ""],
    );
    return audited(output, {
      type: wanted ? "runtime.environments.frozen" : "runtime.environments.unfrozen",
      subject: `environment/${environment}`,
      payload: {
        reason: input.reason,
        until: until?.toISOString() ?? null,
        before: { isFrozen: was, until: was ? (row.frozen_until?.toISOString() ?? null) : null },
        after: { isFrozen: wanted, until: until?.toISOString() ?? null },
      },
    });
  },
});
