import "server-only";
import { createHash } from "node:crypto";
import { uuidv7 } from "uuidv7";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { displayNameOf, MINIMUM_REQUIREMENT } from "#server/features/approvals/index.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { assertPlaces } from "../assert-places.ts";
import { elevationPolicyFacts } from "../elevation-policy-facts.ts";
import { holdPolicy } from "../policy-rows.ts";
import { refuseUnsound } from "../refuse-unsound.ts";
import { ElevationPolicySaved, SaveElevationPolicyInput } from "../schema.ts";

/**
 * Says what elevation an environment lets people ask for from now on. Waiting requests are asked for
 * anew under it; grants that are live stay as they were approved. Every version is kept.
 */
export const saveElevationPolicy = verb({
  name: "elevation.savePolicy",
  scope: "runtime.elevation.manage",
  policy: "ManageElevationPolicy",
  input: SaveElevationPolicyInput,
  output: ElevationPolicySaved,
  async facts({ tx, tenant, caller, input }) {
    const { actor } = caller;
    const held =
      actor.kind === "user"
        ? await tx.query(
            `SELECT 1 FROM elevation_grant WHERE tenant_id = $1 AND person_issuer = $2 AND person_subject = $3
               AND environment = $4 AND state = 'granted' AND ends_at > clock_timestamp() LIMIT 1`,
            [tenant, actor.issuer, actor.subject, input.environment],
          )
        : [];
    return elevationPolicyFacts(caller, input.environment, { holdsGrant: held.length > 0 });
  },
  async run({ tx, tenant, actor, input }) {
    const { environment, policy } = input;
    const before = await holdPolicy(tx, tenant, environment, "update");
    refuseUnsound(policy, MINIMUM_REQUIREMENT.elevation);
    await assertPlaces(tx, environment, policy.projections);
    const spec = canonicalJson(policy as unknown as JsonValue);
    if (before && canonicalJson(before.spec as unknown as JsonValue) === spec) {
      return unchanged({ environment, version: before.version, outcome: "unchanged" as const });
    }
    if (input.basedOn !== (before?.version ?? 0)) {
      throw new AppError("stale", `The elevation policy of ${environment} was changed meanwhile.`, {
        said: { key: "changed.elevationPolicy", args: { environment } },
        field: "basedOn",
        remedy: "Nothing was saved. Load the newest version, and make your change again.",
      });
    }
    const version = (before?.version ?? 0) + 1;
    const eventId = uuidv7();
    await tx.query(
      `INSERT INTO elevation_policy (tenant_id, environment, version, updated_at)
       VALUES ($1, $2, $3, clock_timestamp())
       ON CONFLICT (tenant_id, environment) DO UPDATE SET version = excluded.version, updated_at = excluded.updated_at`,
      [tenant, environment, version],
    );
    const digest = createHash("sha256").update(spec).digest();
    await tx.query(
      `INSERT INTO elevation_policy_version (tenant_id, environment, version, spec, spec_digest, reason,
         saved_by_name, event_id, saved_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp())`,
      [tenant, environment, version, spec, digest, input.reason, displayNameOf(actor), eventId],
    );
    return audited(
      { environment, version, outcome: before ? ("changed" as const) : ("created" as const) },
      {
        eventId,
        type: "runtime.elevation.policy-saved",
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
