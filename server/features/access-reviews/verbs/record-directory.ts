import "server-only";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { DirectoryRecorded, RecordDirectoryInput } from "../directory-schema.ts";
import { extendCampaign } from "../writes/extend-campaign.ts";
import { noteGone, noteStillThere } from "../writes/note-gone.ts";
import { noteReading } from "../writes/note-reading.ts";

/**
 * Records who has which role, issuer by issuer. One that could not be read whole changes nothing of
 * what is known: it counts as failing since then. What a reading no longer has is seen to be gone, and
 * an open review gets the part that was unknown when it began. Throws `stale` after another took over.
 */
export const recordDirectory = verb({
  name: "accessReviews.recordDirectory",
  scope: "runtime.reviews.observe",
  input: RecordDirectoryInput,
  output: DirectoryRecorded,
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const held = await tx.query(
      `UPDATE access_directory_run SET lease_owner = NULL, lease_until = NULL, finished_at = clock_timestamp(),
         due_at = clock_timestamp() + make_interval(secs => $3)
       WHERE tenant_id = $1 AND fence = $2 AND lease_until IS NOT NULL RETURNING fence`,
      [tenant, input.fence, input.nextInSeconds],
    );
    if (held.length === 0) throw new AppError("stale", "Another worker reads the directory.");
    const output = { added: 0, removed: 0, seenGone: 0 };
    const events: AuditEventDraft[] = [];
    for (const reading of input.readings) {
      const noted = await noteReading(tx, tenant, reading);
      output.added += noted.added.length;
      output.removed += noted.removed.length;
      if (noted.isNews) {
        const { issuer, failure } = reading;
        events.push({
          type: "runtime.access.directory-read",
          subject: `realm/${reading.realm}`,
          outcome: failure ? "failed" : "succeeded",
          payload: { issuer, failure, people: reading.people.length, ...noted.told },
        });
      }
      if (reading.failure) continue;
      const gone = await noteGone(tx, tenant, reading.issuer);
      if (noted.triedBefore) await noteStillThere(tx, tenant, reading.issuer, noted.triedBefore);
      output.seenGone += gone.length;
      events.push(...gone, ...(await extendCampaign(tx, tenant, reading.issuer)));
    }
    const [first, ...more] = events;
    return first ? audited(output, first, ...more) : unchanged(output);
  },
});
