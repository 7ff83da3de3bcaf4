import "server-only";
import { uuidv7 } from "uuidv7";
import type { z } from "zod";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { denialSaid, wordsForDecision } from "#server/platform/authz/denial-words.ts";
import { savePolicyDecision } from "#server/platform/authz/recorded-decision.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, type VerbContext, verb } from "#server/platform/verb.ts";
import { assertAllOurs } from "../assert-all-ours.ts";
import { ForcedMany, ForceRotateManyInput } from "../bulk-schema.ts";
import { rotateFacts } from "../rotate-policy.ts";
import { forceOne } from "../writes/force-one.ts";

/**
 * Starts a rotation of each credential of a list, as `forceRotate` does of one: each is judged by the
 * policy for itself, and asks for its own approval where the rule wants one. What can't be rotated is
 * reported and keeps nobody else from it. Throws `not_found` when any id is not this tenant's.
 */
export const forceRotateMany = verb({
  name: "rotation.forceRotateMany",
  scope: "runtime.secrets.rotate",
  input: ForceRotateManyInput,
  output: ForcedMany,
  async run(context) {
    const { tx, tenant, input } = context;
    const names = await assertAllOurs(tx, tenant, input.bindingIds);
    const bulkEventId = uuidv7();
    const events: AuditEventDraft[] = [];
    const refused: z.input<typeof ForcedMany>["refused"] = [];
    const count = { opened: 0, asked: 0 };
    // In one order, so that two such acts never wait for each other in a circle.
    const inOrder = [...names.keys()].sort();
    await foreseeAll(context, inOrder);
    for (const bindingId of inOrder) {
      const name = names.get(bindingId) ?? "";
      try {
        const done = await forceOneJudged(context, bindingId, bulkEventId);
        events.push(...done.events);
        if (done.opened.state === "awaiting_approval") count.asked += 1;
        else count.opened += 1;
      } catch (error) {
        const isRefusal =
          error instanceof AppError && (error.code === "conflict" || error.code === "forbidden");
        if (!isRefusal) throw error;
        const { said } = error.details;
        refused.push({ bindingId, name, why: error.message, ...(said ? { said } : {}) });
      }
    }
    return audited(
      { ...count, refused },
      {
        eventId: bulkEventId,
        type: "runtime.secrets.rotations-requested",
        subject: `secret-bindings/${bulkEventId}`,
        outcome: count.opened + count.asked > 0 ? "succeeded" : "failed",
        payload: {
          reason: input.reason,
          filter: input.filter,
          wanted: names.size,
          ...count,
          refused: refused.length,
        },
      },
      ...events,
    );
  },
});

/** The policy's word on one credential, recorded as for one alone, and then the rotation. */
async function forceOneJudged(
  context: VerbContext<ForceRotateManyInput>,
  bindingId: string,
  causedBy: string,
) {
  const { tx, tenant, input } = context;
  const decision = context.judge.decide(await questionOf(context, bindingId));
  await savePolicyDecision(tx, tenant, decision);
  if (decision.outcome === "deny")
    throw new AppError("forbidden", wordsForDecision(decision), { said: denialSaid(decision) });
  const { reason, outsideWindow } = input;
  return forceOne(context, { bindingId, reason, outsideWindow, causedBy });
}

/** So that a governance engine is asked about all of them at once; what can't be asked about is refused below. */
async function foreseeAll(
  context: VerbContext<ForceRotateManyInput>,
  bindingIds: readonly string[],
): Promise<void> {
  const questions = [];
  for (const bindingId of bindingIds) {
    const question = await questionOf(context, bindingId).catch((error: unknown) => {
      if (error instanceof AppError) return null;
      throw error;
    });
    if (question) questions.push(question);
  }
  context.judge.foresee(questions);
}

async function questionOf(context: VerbContext<ForceRotateManyInput>, bindingId: string) {
  const facts = await rotateFacts("forced")({ ...context, input: { bindingId } });
  return { action: "RotateSecret" as const, ...facts };
}
