import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import type { ChangedRow } from "./discovered-rows.ts";

/** The event of one secret that a run found changed. */
export function told(type: AuditEventDraft["type"]) {
  return ({ binding_id: bindingId, store, path }: ChangedRow): AuditEventDraft => ({
    type,
    subject: `secret-binding/${bindingId}`,
    payload: { store, path },
  });
}
