import "server-only";
import { z } from "zod";
import { AppError } from "#server/platform/errors/app-error.ts";
import { unchanged, verb } from "#server/platform/verb.ts";
import { StoreChunkInput } from "../schema.ts";

/** Keeps a piece of an encrypted export; the first one drops what an earlier try left. */
export const storeExportChunk = verb({
  name: "onboarding.storeExportChunk",
  scope: "runtime.tenants.carry-out",
  input: StoreChunkInput,
  output: z.object({}),
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const [ours] = await tx.query(
      `SELECT 1 FROM tenant_lifecycle WHERE tenant_id = $1 AND lifecycle_id = $2 AND fence = $3
         AND state = 'carrying_out' FOR UPDATE`,
      [tenant, input.lifecycleId, input.fence],
    );
    if (!ours) throw new AppError("stale", "Another worker carries this out.");
    if (input.chunkNo === 0) {
      await tx.query("DELETE FROM tenant_export_chunk WHERE tenant_id = $1 AND lifecycle_id = $2", [
        tenant,
        input.lifecycleId,
      ]);
    }
    // The lease goes on as long as pieces come.
    await tx.query(
      `UPDATE tenant_lifecycle SET lease_until = greatest(lease_until, clock_timestamp() + interval '2 minutes')
       WHERE tenant_id = $1 AND lifecycle_id = $2`,
      [tenant, input.lifecycleId],
    );
    await tx.query(
      "INSERT INTO tenant_export_chunk (tenant_id, lifecycle_id, chunk_no, bytes) VALUES ($1, $2, $3, $4)",
      [tenant, input.lifecycleId, input.chunkNo, Buffer.from(input.bytes)],
    );
    return unchanged({});
  },
});
