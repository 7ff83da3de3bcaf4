import "server-only";
import { z } from "zod";
import { raiseAlert } from "#server/features/alerts/index.ts";
import { entityId } from "#server/platform/entity-id.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import { runWithin } from "#server/platform/run-within.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { requireWorker } from "../held-rotation.ts";
import { lockBinding, lockRotation } from "../rotation-rows.ts";

/** Tells people once of a rotation that meets trouble at every attempt. It goes on trying. */
export const tellStuck = verb({
  name: "rotation.tellStuck",
  scope: "runtime.rotations.execute",
  input: z.object({ rotationId: entityId("rotation") }),
  output: z.object({ isTold: z.boolean() }),
  async run(context) {
    const { tx, tenant, actor, input } = context;
    requireWorker(actor);
    const rotation = await lockRotation(tx, tenant, input.rotationId);
    if (!rotation) throw notFound("rotation");
    const binding = await lockBinding(tx, tenant, rotation.binding_id);
    if (!binding) throw notFound("secret binding");
    if (rotation.finished_at || rotation.attempt === 0) return unchanged({ isTold: false });
    const marked = await tx.query(
      `UPDATE rotation SET stuck_told_at = clock_timestamp()
       WHERE tenant_id = $1 AND rotation_id = $2 AND stuck_told_at IS NULL RETURNING rotation_id`,
      [tenant, input.rotationId],
    );
    if (marked.length === 0) return unchanged({ isTold: false });
    const isDoubt = rotation.state === "indeterminate";
    const why = `${rotation.error_text ?? "no reason is known"} (${rotation.error_code ?? "unknown"})`;
    const { events } = await runWithin(raiseAlert, context, {
      kind: isDoubt ? "rotation-indeterminate" : "rotation-stuck",
      severity: isDoubt || rotation.state === "revoke_failed" ? "critical" : "warning",
      subjectRef: `secret-binding/${rotation.binding_id}`,
      detail: `The rotation of ${binding.name} (${binding.environment}) has been ${rotation.state.replaceAll("_", " ")} through ${rotation.attempt} attempts: ${why}`,
    });
    const [first, ...more] = events;
    if (!first) throw new Error("an alert without an event");
    return audited({ isTold: true }, first, ...more);
  },
});
