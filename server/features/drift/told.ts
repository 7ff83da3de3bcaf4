import "server-only";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";

const MOST_IDS = 100;

/** One event for many findings: of one it is the subject, else their group is. */
export function toldOf(
  act: string,
  rows: readonly { finding_id: string; group_id: string; rule: string; severity: string }[],
  payload: NonNullable<AuditEventDraft["payload"]>,
  eventId: string,
): AuditEventDraft {
  const [first] = rows;
  const subject =
    rows.length === 1 ? `drift-finding/${first?.finding_id}` : `drift-group/${first?.group_id}`;
  return {
    eventId,
    type: `runtime.drift.${act}`,
    subject,
    payload: {
      ...payload,
      rules: [...new Set(rows.map(({ rule }) => rule))].sort(),
      count: rows.length,
      findingIds: rows.slice(0, MOST_IDS).map(({ finding_id }) => finding_id),
    },
  };
}
