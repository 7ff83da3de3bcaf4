import "server-only";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { openAct } from "../act-rows.ts";
import { chosenEvents } from "../chosen-events.ts";
import { activeHolds, holdOver } from "../holds.ts";
import { ActOutcome, RequestErasureInput } from "../schema.ts";

/**
 * Asks to erase the content of events: when a second person has agreed, the worker destroys their keys. Throws
 * `conflict` while a legal hold covers one of them, `invalid` when there is nothing to erase.
 */
export const requestErasure = verb({
  name: "retention.requestErasure",
  scope: "runtime.retention.manage",
  input: RequestErasureInput,
  output: ActOutcome,
  async run(context) {
    const { tx, tenant, input } = context;
    const { selection, reason } = input;
    const events = await chosenEvents(tx, tenant, selection);
    if (events.length === 0) {
      throw new AppError("invalid", "selection: nothing of it can still be read", {
        field: "selection",
        said: { key: "retention.nothingReadable" },
      });
    }
    const hold = holdOver(await activeHolds(tx, tenant), events);
    if (hold) throw heldBy(hold.caseRef);
    const plan = {
      eventIds: events.map((event) => event.event_id),
      subject: selection.subject,
      actorRef: selection.actorRef,
      from: selection.from?.toISOString() ?? null,
      until: selection.until?.toISOString() ?? null,
    };
    const opened = await openAct(context, { kind: "erasure", plan, reason, asks: true });
    return audited({ actId: opened.actId, state: opened.state }, ...opened.events);
  },
});

function heldBy(caseRef: string): AppError {
  return new AppError("conflict", `A legal hold (${caseRef}) keeps these events.`, {
    said: { key: "legalHold", args: { caseRef } },
    remedy: "Lift the hold first, or leave those events out.",
  });
}
