import "server-only";
import { uuidv7 } from "uuidv7";
import { latestCheckpoint } from "#server/features/audit/index.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { checkedQuery } from "../checked-query.ts";
import { BeginExportInput, ExportBegun } from "../schema.ts";
import { sealText } from "../sealed-text.ts";

/** Fixes what an export is of (a query at a time, a sealed size) and says so before the first line leaves. */
export const beginExport = verb({
  name: "evidence.beginExport",
  scope: "runtime.audit.export",
  input: BeginExportInput,
  output: ExportBegun,
  async run({ tx, tenant, input: { query, format } }) {
    const asOf = await tx.startedAt();
    checkedQuery(query, asOf);
    const head = await latestCheckpoint(tx, tenant);
    const treeSize = (head?.treeSize ?? 0n).toString();
    const exportId = uuidv7();
    const eventId = uuidv7();
    const sealed = sealText(tenant, exportId, { query });
    await tx.query(
      `INSERT INTO audit_export (tenant_id, export_id, format, state, query_key, query, as_of, tree_size,
         event_id, begun_at, seen_at)
       VALUES ($1, $2, $3, 'begun', $4, $5, $6, $7, $8, clock_timestamp(), clock_timestamp())`,
      [tenant, exportId, format, sealed.keyId, sealed.ciphertext, asOf, treeSize, eventId],
    );
    return audited(
      { exportId, asOf, treeSize },
      {
        eventId,
        type: "runtime.evidence.export-begun",
        subject: `audit-export/${exportId}`,
        payload: { search: { query, act: "export" }, format, treeSize },
      },
    );
  },
});
