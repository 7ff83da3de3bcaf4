import "server-only";
import { closeApproval, identityOf, isSameIdentity } from "#server/features/approvals/index.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { runVouched } from "#server/platform/run-within.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { lockElevationRequest } from "../request-rows.ts";
import { RequestEnded, WithdrawElevationInput } from "../schema.ts";
import { endRequest } from "../writes/end-request.ts";

/** Takes an own request back, also after its approval, as long as it was not activated. */
export const withdrawElevation = verb({
  name: "elevation.withdraw",
  scope: "runtime.elevation.request",
  input: WithdrawElevationInput,
  output: RequestEnded,
  async run(context) {
    const { tx, tenant, actor, input } = context;
    const row = await lockElevationRequest(tx, tenant, input.requestId);
    const person = { issuer: row.person_issuer, subject: row.person_subject };
    if (actor.kind !== "user" || !isSameIdentity(identityOf(actor), person)) {
      throw new AppError("forbidden", "Only whoever asked takes a request back.", {
        said: { key: "elevation.notYours" },
        remedy: "Reject it instead, if you are one of its approvers.",
      });
    }
    const output = { requestId: row.request_id, state: "withdrawn" as const };
    if (row.state === "withdrawn") return unchanged(output);
    if (row.state !== "waiting") {
      throw new AppError("conflict", `This request is ${row.state} already.`, {
        said: { key: "elevation.endedBefore", args: { state: row.state } },
        remedy: "Give the grant back instead, if it was activated.",
      });
    }
    const ended = await endRequest(context, row, "withdrawn", input.reason);
    const { events } = await runVouched(closeApproval, context, {
      requestId: row.approval_id,
      reason: input.reason,
    });
    return audited(output, ended, ...events);
  },
});
