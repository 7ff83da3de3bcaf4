import "server-only";
import { createHash } from "node:crypto";
import { uuidv7 } from "uuidv7";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { displayNameOf, MINIMUM_REQUIREMENT } from "#server/features/approvals/index.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { environmentFacts } from "../environment-facts.ts";
import { holdEnvironment } from "../environment-rows.ts";
import { EnvironmentSaved, SaveEnvironmentPolicyInput } from "../environment-schema.ts";
import { refuseUnsound } from "../refuse-unsound.ts";

/**
 * Says what an environment demands of deployments from now on. A policy that nobody could ever satisfy
 * is refused. Waiting requests are asked for anew under it; every version is kept.
 */
export const saveEnvironmentPolicy = verb({
  name: "environments.savePolicy",
  scope: "runtime.environments.manage",
  policy: "ManageEnvironment",
  input: SaveEnvironmentPolicyInput,
  output: EnvironmentSaved,
  environment: async ({ input }) => ({ environment: input.environment }),
  async facts({ caller, input }) {
    return environmentFacts(caller, input.environment, { act: "save-policy" });
  },
  async run({ tx, tenant, actor, input }) {
    const { environment, policy } = input;
    const before = await holdEnvironment(tx, tenant, environment, "update");
    refuseUnsound(policy, MINIMUM_REQUIREMENT.deployment, await tx.startedAt());
    const spec = canonicalJson(policy as unknown as JsonValue);
    if (before && canonicalJson(before.spec as unknown as JsonValue) === spec) {
      return unchanged({ environment, version: before.version, outcome: "unchanged" as const });
    }
    if (input.basedOn !== (before?.version ?? 0)) {
      throw new AppError("stale", `The policy of ${environment} was changed meanwhile.`, {
        field: "basedOn",
        remedy: "Nothing was saved. Load the newest version, and make your change again.",
        said: { key: "policyChanged", args: { environment } },
      });
    }
    const version = (before?.version ?? 0) + 1;
    const eventId = uuidv7();
    await tx.query(
      `INSERT INTO environment_policy (tenant_id, environment, version, updated_at)
       VALUES ($1, $2, $3, clock_timestamp())
       ON CONFLICT (tenant_id, environment) DO UPDATE SET version = excluded.version, updated_at = excluded.updated_at`,
      [tenant, environment, version],
    );
    const digest = createHash("sha256").update(spec).digest();
    await tx.query(
      `INSERT INTO environment_policy_version (tenant_id, environment, version, spec, spec_digest, reason,
         saved_by_name, event_id, saved_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp())`,
      [tenant, environment, version, spec, digest, input.reason, displayNameOf(actor), eventId],
    );
    return audited(
      { environment, version, outcome: before ? ("changed" as const) : ("created" as const) },
      {
        eventId,
        type: "runtime.environments.policy-saved",
        subject: `environment/${environment}`,
        payload: {
          version,
          reason: input.reason,
          before: (before?.spec ?? null) as unknown as JsonValue,
          after: policy as unknown as JsonValue,
          digest: digest.toString("hex"),
        },
      },
    );
  },
});
