import "server-only";
import { uuidv7 } from "uuidv7";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { lockWithRotation } from "../leaks/lock-with-rotation.ts";
import { markLeakedFacts } from "../leaks/mark-leaked-policy.ts";
import { LeakMarked, MarkLeakedInput } from "../leaks/schema.ts";
import { answerLeak } from "../writes/answer-leak.ts";
import { requestedBy } from "../writes/requested-by.ts";

/**
 * Says that a value leaked: opens an incident and replaces the value at once, without grace. The
 * worker tells the people on watch and asks who could read it.
 */
export const markLeaked = verb({
  name: "rotation.markLeaked",
  scope: "runtime.incidents.manage",
  policy: "MarkLeaked",
  facts: markLeakedFacts,
  input: MarkLeakedInput,
  output: LeakMarked,
  async run(context) {
    const { tx, tenant, actor, input } = context;
    const { binding, open } = await lockWithRotation(tx, tenant, input.bindingId);
    const { binding_id: bindingId } = binding;
    const isOldAlive = open?.old_handle && open.state !== "requested" && open.new_handle?.version;
    if (input.leaked === "old" && !isOldAlive) {
      throw new AppError("conflict", "leaked: there is no older value that still works", {
        said: { key: "rotation.noOldValue" },
        field: "leaked",
        remedy: "Say that the current value leaked.",
      });
    }
    if (binding.state === "retired") {
      throw new AppError("conflict", "The credential is retired.", {
        said: { key: "rotation.retired" },
        field: "bindingId",
      });
    }
    const [eventId, incidentId] = [uuidv7(), uuidv7()];
    const leakedVersion =
      input.leaked === "old" ? (open?.old_handle?.version ?? null) : binding.current_version;
    const answer = await answerLeak(context, binding, open, { reason: input.reason, eventId });
    const [opened] = await tx.query<{ incident_id: string }>(
      `INSERT INTO leak_incident (tenant_id, incident_id, binding_id, rotation_id, state, leaked_version,
         exposed_from, opened_at, opened_by, event_id, pursue_at)
       SELECT $1, $2, $3, $4, 'open', $5, CASE WHEN $8 THEN NULL ELSE last_rotated_at END,
         clock_timestamp(), $6, $7, clock_timestamp()
       FROM secret_binding WHERE tenant_id = $1 AND binding_id = $3
       ON CONFLICT (tenant_id, binding_id) WHERE state = 'open' DO NOTHING
       RETURNING incident_id`,
      [
        tenant,
        incidentId,
        bindingId,
        answer.rotationId,
        leakedVersion,
        JSON.stringify(requestedBy(actor)),
        eventId,
        input.leaked === "old",
      ],
    );
    if (!opened) {
      throw new AppError("conflict", "This credential is marked as leaked already.", {
        said: { key: "rotation.leakedAlready" },
        field: "bindingId",
        remedy: "Open its incident; it is being answered.",
      });
    }
    await tx.query(
      `UPDATE secret_binding SET leaked_at = clock_timestamp(), updated_at = clock_timestamp()
       WHERE tenant_id = $1 AND binding_id = $2`,
      [tenant, bindingId],
    );
    const { rotationId, response } = answer;
    return audited(
      { incidentId, bindingId, rotationId, response },
      {
        eventId,
        type: "runtime.incidents.opened",
        subject: `leak-incident/${incidentId}`,
        payload: {
          incidentId,
          bindingId,
          credential: binding.name,
          leakedVersion,
          rotationId,
          response,
          reason: input.reason,
        },
      },
      ...answer.events,
    );
  },
});
