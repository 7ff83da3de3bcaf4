import "server-only";
import { notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { lockTarget } from "../queries.ts";
import { RetireRotationTargetInput, RotationTargetRetired } from "../schema.ts";
import { targetFacts } from "../target-facts.ts";

/**
 * Takes a target out of use: nothing is bound to it any more, and no rotation is opened there for
 * what a person bound. Rotations under way are finished. Retiring it again changes nothing.
 */
export const retireRotationTarget = verb({
  name: "rotationTargets.retire",
  scope: "runtime.targets.manage",
  policy: "ManageRotationTarget",
  facts: targetFacts,
  input: RetireRotationTargetInput,
  output: RotationTargetRetired,
  async run({ tx, tenant, input: { name, reason } }) {
    const target = await lockTarget(tx, tenant, name);
    if (!target) throw notFound("rotation target");
    const targetId = target.target_id;
    if (target.retired_at) return unchanged({ targetId, name });
    await tx.query(
      `UPDATE rotation_target SET retired_at = clock_timestamp(), updated_at = clock_timestamp()
       WHERE tenant_id = $1 AND target_id = $2`,
      [tenant, targetId],
    );
    return audited(
      { targetId, name },
      {
        type: "runtime.targets.retired",
        subject: `rotation-target/${targetId}`,
        payload: { name, reason },
      },
    );
  },
});
