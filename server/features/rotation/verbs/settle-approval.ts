import "server-only";
import { uuidv7 } from "uuidv7";
import { z } from "zod";
import {
  approvalInBrief,
  approvalSubject,
  ConsumeApprovalInput,
  consumeApproval,
} from "#server/features/approvals/index.ts";
import { entityId } from "#server/platform/entity-id.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import { runWithin } from "#server/platform/run-within.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { requireWorker } from "../held-rotation.ts";
import { asRotated } from "../leaks/without-grace.ts";
import { approvalRef, approvedFields } from "../rotation-approval.ts";
import { lockBinding, lockRotation } from "../rotation-rows.ts";
import { giveUp } from "../writes/give-up.ts";

const WHY_NOT: Record<string, string> = {
  rejected: "The approval was rejected.",
  expired: "Nobody approved it in time.",
  withdrawn: "The request for approval was taken back.",
  executed: "The approval was used already.",
  stale: "The credential was bound otherwise after the approval was asked for.",
  "not-approved": "It was not approved.",
  "already-executed": "The approval was used already.",
  "quorum-lost": "An approver no longer has the role, or is signed out.",
};

/**
 * Uses the approval that a rotation waits for, right before it is carried out, or ends the rotation
 * when there will be none. While nobody has decided it changes nothing.
 */
export const settleApproval = verb({
  name: "rotation.settleApproval",
  scope: "runtime.rotations.execute",
  input: z.object({
    rotationId: entityId("rotation"),
    /** The approvers' roles as just read again (law 10). */
    approvers: ConsumeApprovalInput.shape.approvers,
  }),
  output: z.object({ outcome: z.enum(["waiting", "approved", "given-up"]) }),
  async run(context) {
    const { tx, tenant, actor, input } = context;
    requireWorker(actor);
    const rotation = await lockRotation(tx, tenant, input.rotationId);
    if (!rotation) throw notFound("rotation");
    const isWaiting = rotation.state === "awaiting_approval" && !rotation.approved_at;
    const approval = rotation.approval_id
      ? await approvalInBrief(tx, tenant, rotation.approval_id)
      : undefined;
    if (!isWaiting || !approval) return unchanged({ outcome: "waiting" as const });
    if (approval.state === "open") return unchanged({ outcome: "waiting" as const });
    const binding = await lockBinding(tx, tenant, rotation.binding_id);
    if (!binding) throw notFound("secret binding");
    const { rotation_id: rotationId } = rotation;
    const fields = approvedFields(rotationId, asRotated(binding, rotation));
    const { digest } = approvalSubject(tenant, approval.requester, fields);
    const used =
      approval.state === "approved"
        ? await runWithin(consumeApproval, context, {
            requestId: approval.requestId,
            kind: "rotation",
            subjectRef: approvalRef(rotationId),
            subjectDigest: digest.toString("hex"),
            approvers: input.approvers,
          })
        : null;
    const eventId = uuidv7();
    const about = {
      eventId,
      subject: `secret-binding/${rotation.binding_id}`,
      causedBy: rotation.cause_event_id,
    };
    if (used?.output.outcome === "executed") {
      await tx.query(
        `UPDATE rotation SET approved_at = clock_timestamp(), due_at = clock_timestamp(),
           updated_at = clock_timestamp() WHERE tenant_id = $1 AND rotation_id = $2`,
        [tenant, rotationId],
      );
      return audited(
        { outcome: "approved" as const },
        {
          ...about,
          type: "runtime.secrets.rotation-approved",
          payload: { rotationId, approvalId: approval.requestId },
        },
        ...used.events,
      );
    }
    const why = used?.output.outcome === "refused" ? used.output.why : approval.state;
    const errorCode = `approval_${why.replaceAll("-", "_")}`;
    const errorText = WHY_NOT[why] ?? "There is no approval.";
    await giveUp(tx, tenant, rotation, { errorCode, errorText, eventId });
    return audited(
      { outcome: "given-up" as const },
      {
        ...about,
        type: "runtime.secrets.rotation-rolled-back",
        outcome: "failed",
        payload: { rotationId, approvalId: approval.requestId, errorCode, errorText },
      },
      ...(used?.events ?? []),
    );
  },
});
