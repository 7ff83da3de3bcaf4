import "server-only";
import { uuidv7 } from "uuidv7";
import { isBeforePromotion } from "#server/engines/rotation/state-machine.ts";
import { closeApproval } from "#server/features/approvals/index.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { runWithin } from "#server/platform/run-within.ts";
import type { VerbContext } from "#server/platform/verb.ts";
import { isTargetRetired } from "../bindings/refuse-retired-target.ts";
import { isAutomatic } from "../is-automatic.ts";
import type { LeakResponse } from "../leaks/schema.ts";
import { withoutGrace } from "../leaks/without-grace.ts";
import { approvalRequirement, askForApproval } from "../rotation-approval.ts";
import type { BindingRow, RotationRow } from "../rotation-rows.ts";
import { giveUp } from "./give-up.ts";
import { openRotation } from "./open-rotation.ts";

export interface LeakAnswer {
  rotationId: string | null;
  response: LeakResponse;
  events: AuditEventDraft[];
}

/**
 * Replaces a leaked value as fast as may be: a rotation is opened ahead of schedule and windows, and
 * without grace, or the one under way is hurried. What needs an approval asks for it now; nothing
 * here goes round it. `open` is the unfinished rotation, locked before the binding.
 */
export async function answerLeak(
  context: VerbContext<unknown>,
  binding: BindingRow,
  open: RotationRow | undefined,
  about: { reason: string; eventId: string },
): Promise<LeakAnswer> {
  if (!isAutomatic(binding.rotator)) return { rotationId: null, response: "by-hand", events: [] };
  if (!open) {
    // A leak is noted in any case; where the worker may not log in any more, people act.
    const isStrange = await isTargetRetired(context.tx, context.tenant, binding);
    if (isStrange) return { rotationId: null, response: "by-hand", events: [] };
    return openLeaked(context, binding, about);
  }
  const { rotation_id: rotationId, intent } = open;
  const isWaitingForApproval = open.state === "awaiting_approval" && !open.approved_at;
  // What was asked for keeps a grace: this is another thing to approve.
  if (isWaitingForApproval && open.trigger !== "leaked") {
    const ended = await endWaiting(context, open, about);
    const answer = await openLeaked(context, binding, about);
    return { ...answer, events: [...ended, ...answer.events] };
  }
  if (isWaitingForApproval) return { rotationId, response: "awaiting-approval", events: [] };
  const isUndone =
    open.cancel_requested_at !== null ||
    open.rollback_requested_at !== null ||
    intent?.step === "roll-back";
  // It will put the leaked value back, or leave it: another one follows when it is over.
  if (isUndone) return { rotationId, response: "waiting", events: [] };
  await context.tx.query(
    `UPDATE rotation SET trigger = 'leaked', grace_seconds = 0, paused_at = NULL,
       grace_until = CASE WHEN state = 'grace' THEN clock_timestamp() ELSE grace_until END,
       due_at = CASE WHEN attempt = 0 OR state = 'grace' THEN clock_timestamp() ELSE due_at END,
       updated_at = clock_timestamp()
     WHERE tenant_id = $1 AND rotation_id = $2`,
    [context.tenant, rotationId],
  );
  return {
    rotationId,
    response: "hurried",
    events: [
      {
        type: "runtime.secrets.rotation-hurried",
        subject: `secret-binding/${binding.binding_id}`,
        causedBy: about.eventId,
        payload: {
          rotationId,
          state: open.state,
          isBeforePromotion: isBeforePromotion(open.state, open.resume_state),
        },
      },
    ],
  };
}

async function openLeaked(
  context: VerbContext<unknown>,
  bound: BindingRow,
  { reason, eventId: causedBy }: { reason: string; eventId: string },
): Promise<LeakAnswer> {
  const { tx, tenant, actor } = context;
  const binding = withoutGrace(bound);
  const [eventId, rotationId] = [uuidv7(), uuidv7()];
  const requirement = await approvalRequirement(tx, binding);
  const asked = requirement
    ? await askForApproval(context, binding, { rotationId, requirement, reason })
    : null;
  const approvalId = asked?.requestId ?? null;
  await openRotation(tx, tenant, binding, {
    by: actor,
    trigger: "leaked",
    eventId,
    rotationId,
    approvalId,
    isOutsideWindow: true,
  });
  return {
    rotationId,
    response: approvalId ? "awaiting-approval" : "rotating",
    events: [
      {
        eventId,
        type: "runtime.secrets.rotation-requested",
        subject: `secret-binding/${binding.binding_id}`,
        causedBy,
        payload: { rotationId, credential: binding.name, trigger: "leaked", reason, approvalId },
      },
      ...(asked?.events ?? []),
    ],
  };
}

/** Ends a rotation that nobody has approved yet, and takes its request back. */
async function endWaiting(
  context: VerbContext<unknown>,
  open: RotationRow,
  { reason, eventId: causedBy }: { reason: string; eventId: string },
): Promise<AuditEventDraft[]> {
  const eventId = uuidv7();
  const errorText = "The value leaked: a rotation without grace takes its place.";
  const why = { errorCode: "superseded", errorText, eventId };
  await giveUp(context.tx, context.tenant, open, why);
  const closed = open.approval_id
    ? await runWithin(closeApproval, context, { requestId: open.approval_id, reason })
    : null;
  return [
    {
      eventId,
      type: "runtime.secrets.rotation-rolled-back",
      subject: `secret-binding/${open.binding_id}`,
      outcome: "failed",
      causedBy,
      payload: { rotationId: open.rotation_id, errorCode: why.errorCode, errorText },
    },
    ...(closed?.events ?? []),
  ];
}
