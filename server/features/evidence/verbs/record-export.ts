import "server-only";
import { notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { ExportRecorded, RecordExportInput } from "../schema.ts";
import { openText } from "../sealed-text.ts";

interface Row {
  state: "begun" | "ended" | "aborted";
  query_key: string;
  query: Buffer;
  format: string;
  event_id: string;
}

/** Notes how far an export is, and once that it ended or was aborted. What is over stays as it was noted. */
export const recordExport = verb({
  name: "evidence.recordExport",
  scope: "runtime.audit.export",
  input: RecordExportInput,
  output: ExportRecorded,
  async run({ tx, tenant, input: { exportId, state, entries, events, cause } }) {
    const [row] = await tx.query<Row>(
      `SELECT state, query_key, query, format, event_id FROM audit_export
       WHERE tenant_id = $1 AND export_id = $2 FOR UPDATE`,
      [tenant, exportId],
    );
    if (!row) throw notFound("audit export");
    if (row.state !== "begun") return unchanged({ state: row.state });
    await tx.query(
      `UPDATE audit_export SET state = $3, entries_done = least(tree_size, greatest(entries_done, $4)),
         event_count = greatest(event_count, $5), seen_at = clock_timestamp(),
         ended_at = CASE WHEN $3 <> 'begun' THEN clock_timestamp() END
       WHERE tenant_id = $1 AND export_id = $2`,
      [tenant, exportId, state, entries, events],
    );
    if (state === "begun") return unchanged({ state });
    const query = openText(tenant, exportId, row.query_key, row.query)?.query ?? null;
    return audited(
      { state },
      {
        type: `runtime.evidence.export-${state}`,
        subject: `audit-export/${exportId}`,
        outcome: state === "ended" ? "succeeded" : "failed",
        causedBy: row.event_id,
        payload: {
          search: { query, act: "export" },
          format: row.format,
          entries,
          events,
          ...(cause ? { cause } : {}),
        },
      },
    );
  },
});
