import "server-only";
import { notFound } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { lifecycleEvent, lockLifecycle } from "../lifecycle-rows.ts";
import { LifecycleId } from "../schema.ts";
import { TakeExportOutcome } from "../views.ts";

/** Says in the log that somebody takes the encrypted export, before its first piece leaves. */
export const takeExport = verb({
  name: "onboarding.takeExport",
  scope: "runtime.tenants.export",
  input: LifecycleId,
  output: TakeExportOutcome,
  async run({ tx, tenant, input }) {
    const row = await lockLifecycle(tx, tenant, input.lifecycleId);
    const [found] = await tx.query<{ chunks: number }>(
      "SELECT count(*)::int AS chunks FROM tenant_export_chunk WHERE tenant_id = $1 AND lifecycle_id = $2",
      [tenant, row.lifecycle_id],
    );
    if (row.export_bytes === null || !found?.chunks) throw notFound("export");
    const fileName = `${row.slug}-export.enc`;
    return audited(
      { lifecycleId: row.lifecycle_id, chunks: found.chunks, fileName },
      lifecycleEvent(row, "export-taken", {
        chunks: found.chunks,
        bytes: Number(row.export_bytes),
      }),
    );
  },
});
