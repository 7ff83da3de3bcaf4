import "server-only";
import { uuidv7 } from "uuidv7";
import { z } from "zod";
import { displayNameOf } from "#server/features/approvals/index.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { lockHolds } from "../holds.ts";
import { PlaceHoldInput } from "../schema.ts";

/** Places a legal hold: what it covers is kept whatever retention and erasure say, from now on. */
export const placeHold = verb({
  name: "retention.placeHold",
  scope: "runtime.retention.manage",
  input: PlaceHoldInput,
  output: z.object({ holdId: z.string() }),
  async run({ tx, tenant, actor, input }) {
    const { caseRef, reason, scope } = input;
    const holdId = uuidv7();
    const eventId = uuidv7();
    await lockHolds(tx, tenant);
    await tx.query(
      `INSERT INTO legal_hold (tenant_id, hold_id, case_ref, reason, classes, subject, actor_ref, from_at, until_at,
         placed_by, placed_at, placed_event_id)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, clock_timestamp(), $11)`,
      [
        tenant,
        holdId,
        caseRef,
        reason,
        scope.classes ?? [],
        scope.subject,
        scope.actorRef,
        scope.from,
        scope.until,
        displayNameOf(actor),
        eventId,
      ],
    );
    return audited(
      { holdId },
      {
        eventId,
        type: "runtime.retention.hold-placed",
        subject: `legal-hold/${holdId}`,
        payload: {
          caseRef,
          reason,
          classes: scope.classes,
          subject: scope.subject,
          actorRef: scope.actorRef,
          from: scope.from?.toISOString() ?? null,
          until: scope.until?.toISOString() ?? null,
        },
      },
    );
  },
});
