import "server-only";
import { z } from "zod";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { lifecycleEvent, lockLifecycle } from "../lifecycle-rows.ts";
import { LifecycleId } from "../schema.ts";

/** Drops the encrypted export of an offboarded tenant when its time is over; its signed list stays. */
export const dropExport = verb({
  name: "onboarding.dropExport",
  scope: "runtime.tenants.carry-out",
  input: LifecycleId,
  output: z.object({ isDropped: z.boolean() }),
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const row = await lockLifecycle(tx, tenant, input.lifecycleId);
    const [over] = await tx.query(
      `UPDATE tenant_lifecycle SET export_bytes = NULL
       WHERE tenant_id = $1 AND lifecycle_id = $2 AND export_bytes IS NOT NULL AND export_until <= clock_timestamp()
       RETURNING lifecycle_id`,
      [tenant, row.lifecycle_id],
    );
    if (!over) return unchanged({ isDropped: false });
    await tx.query("DELETE FROM tenant_export_chunk WHERE tenant_id = $1 AND lifecycle_id = $2", [
      tenant,
      row.lifecycle_id,
    ]);
    return audited({ isDropped: true }, lifecycleEvent(row, "export-dropped", {}));
  },
});
