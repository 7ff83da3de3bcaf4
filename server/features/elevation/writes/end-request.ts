import "server-only";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import type { VerbContext } from "#server/platform/verb.ts";
import type { ElevationRequestRow } from "../request-rows.ts";
import { type ElevationAct, noteElevation } from "./note-elevation.ts";

const ACT = {
  withdrawn: "withdrawn",
  rejected: "rejected",
  expired: "request-expired",
  refused: "refused",
} as const satisfies Record<string, ElevationAct>;

/** Ends a locked request that waits, and gives the event to hand on: for verbs only. */
export async function endRequest(
  context: Pick<VerbContext<unknown>, "tx" | "tenant" | "actor">,
  row: ElevationRequestRow,
  state: keyof typeof ACT,
  note = "",
): Promise<AuditEventDraft> {
  await context.tx.query(
    `UPDATE elevation_request SET state = $3, ended_at = clock_timestamp() WHERE tenant_id = $1 AND request_id = $2`,
    [context.tenant, row.request_id, state],
  );
  row.state = state;
  return noteElevation(context, {
    act: ACT[state],
    requestId: row.request_id,
    note,
    causedBy: row.request_event_id,
    payload: { environment: row.environment },
  });
}
