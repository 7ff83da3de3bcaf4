import "server-only";
import { uuidv7 } from "uuidv7";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { keepDeadLetters } from "../keep-dead-letters.ts";
import { receive } from "../receive.ts";
import { type EventResult, EventsReceived, ReceiveEventsInput } from "../schema.ts";
import { sourceIdOf } from "../source.ts";
import { countEvents } from "../tally.ts";

/**
 * Takes events of other parts of the platform into the tenant's log: each that is accepted is an event
 * there, vouched for by the caller. What is refused is kept as a dead letter. All of it is committed
 * together, once: what comes again is told apart and not written.
 */
export const receiveEvents = verb({
  name: "ingest.receiveEvents",
  scope: "runtime.events.write",
  input: ReceiveEventsInput,
  output: EventsReceived,
  async run({ tx, tenant, input }) {
    const { source, events, cursor } = input;
    const asked = sourceIdOf(tx, tenant, source);
    asked.catch(() => undefined);
    const { results, drafts } = await receive(tx, tenant, { source, sourceId: asked }, events);
    const sourceId = await asked;
    const refused = results.flatMap((each) => (each.status === "refused" ? [each.refused] : []));
    const eventId = uuidv7();
    const kept = await keepDeadLetters(tx, tenant, { sourceId, eventId }, refused);
    const count = (status: EventResult["status"]) =>
      results.filter((each) => each.status === status).length;
    tx.beforeCommit(
      countEvents(tx, tenant, sourceId, {
        received: count("received"),
        repeated: count("repeated"),
        refused: count("refused"),
        masked: results.filter((each) => each.status === "received" && each.masked > 0).length,
      }),
    );
    if (cursor !== undefined) {
      tx.beforeCommit(
        tx.query("UPDATE event_source SET cursor = $3 WHERE tenant_id = $1 AND source_id = $2", [
          tenant,
          sourceId,
          cursor,
        ]),
      );
    }
    const ids = [...kept.ids];
    const output = {
      results: results.map((each): EventResult => {
        if (each.status !== "refused") return each;
        const { reason, field, detail } = each.refused.fault;
        return { status: "refused", reason, field, detail, deadLetterId: ids.shift() ?? null };
      }),
    };
    if (kept.isAnyNew) drafts.push(refusal(eventId, sourceId, source.name, refused));
    const [first, ...more] = drafts;
    return first ? audited(output, first, ...more) : unchanged(output);
  },
});

/** One event for all that a call brought and that was not taken. */
function refusal(
  eventId: string,
  sourceId: string,
  from: string,
  refused: readonly { fault: { reason: string } }[],
): AuditEventDraft {
  const reasons: { [reason: string]: number } = {};
  for (const { fault } of refused) reasons[fault.reason] = (reasons[fault.reason] ?? 0) + 1;
  return {
    eventId,
    type: "runtime.events.refused",
    subject: `event-source/${sourceId}`,
    outcome: "denied",
    payload: { from, count: refused.length, reasons },
  };
}
