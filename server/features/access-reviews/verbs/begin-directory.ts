import "server-only";
import { AppError } from "#server/platform/errors/app-error.ts";
import { unchanged, verb } from "#server/platform/verb.ts";
import { BeginDirectoryInput, DirectoryBegun } from "../directory-schema.ts";

/**
 * Takes the tenant's turn to read its issuers: one worker at a time, by a lease and a fence. What was
 * read is told by the record.
 */
export const beginDirectory = verb({
  name: "accessReviews.beginDirectory",
  scope: "runtime.reviews.observe",
  input: BeginDirectoryInput,
  output: DirectoryBegun,
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const [run] = await tx.query<{ fence: string }>(
      `INSERT INTO access_directory_run AS r (tenant_id, due_at, lease_owner, lease_until, fence)
       VALUES ($1, clock_timestamp(), $2, clock_timestamp() + make_interval(secs => $3), 1)
       ON CONFLICT (tenant_id) DO UPDATE SET lease_owner = excluded.lease_owner,
         lease_until = excluded.lease_until, fence = r.fence + 1
       WHERE r.due_at <= clock_timestamp() AND (r.lease_until IS NULL OR r.lease_until <= clock_timestamp())
       RETURNING fence::text`,
      [tenant, input.owner, input.leaseSeconds],
    );
    return unchanged({ fence: run?.fence ?? null });
  },
});
