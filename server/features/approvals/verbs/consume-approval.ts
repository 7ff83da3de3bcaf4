import "server-only";
import type { z } from "zod";
import { notFound } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { approvalEvent } from "../approval-events.ts";
import { lockRequest, type RequestRow, reviewsOf } from "../approval-rows.ts";
import { withFreshRoles } from "../fresh-roles.ts";
import { MINIMUM_REQUIREMENT } from "../minimum-requirement.ts";
import { quorumOf } from "../quorum-of.ts";
import { ConsumeApprovalInput, ConsumeOutcome } from "../schema.ts";
import { setRequestState } from "../set-request-state.ts";

/**
 * Marks an approved request as executed, once, right before the approved thing is done: the quorum
 * is counted again with the approvers' roles as they are now (law 10). A refusal is recorded too.
 */
export const consumeApproval = verb({
  name: "approvals.consume",
  scope: "runtime.approvals.consume",
  input: ConsumeApprovalInput,
  output: ConsumeOutcome,
  async run({ tx, tenant, input }) {
    const row = await lockRequest(tx, tenant, input.requestId);
    if (row.kind !== input.kind || row.subject_ref !== input.subjectRef)
      throw notFound("approval request");
    const reviews = withFreshRoles(await reviewsOf(tx, tenant, [row.request_id]), input.approvers);
    // The minimum may have been raised since the request was made.
    const missing = Math.max(
      ...[row.requirement, MINIMUM_REQUIREMENT[row.kind]].map((requirement) => {
        const { outcome, missing } = quorumOf(row, reviews, requirement);
        return outcome === "met" ? 0 : Math.max(missing, 1);
      }),
    );
    const why = refusalOf(row, input, missing);
    if (why) {
      const event = approvalEvent(row, "execution-refused", { why, missing });
      return audited(
        { outcome: "refused" as const, why, missing },
        { ...event, outcome: "denied" },
      );
    }
    await setRequestState(tx, tenant, row.request_id, "executed");
    return audited(
      { outcome: "executed" as const },
      approvalEvent(row, "executed", {
        revision: row.revision,
        subjectDigest: input.subjectDigest,
        approvers: input.approvers.map(({ issuer, subject, roles }) => ({
          issuer,
          subject,
          roles,
        })),
      }),
    );
  },
});

type Refusal = Extract<ConsumeOutcome, { outcome: "refused" }>["why"];

function refusalOf(
  row: RequestRow,
  input: z.output<typeof ConsumeApprovalInput>,
  missing: number,
): Refusal | undefined {
  if (row.state === "executed") return "already-executed";
  if (row.state === "expired" || row.is_expired) return "expired";
  if (row.subject_digest.toString("hex") !== input.subjectDigest) return "stale";
  if (row.state !== "approved") return "not-approved";
  if (missing > 0) return "quorum-lost";
  return undefined;
}
