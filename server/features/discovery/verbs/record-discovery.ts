import "server-only";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { addUnmanaged, noteMissing } from "../discovered-rows.ts";
import { heldRun, noteProgress } from "../held-run.ts";
import { DiscoveryRecorded, MOST_AT_ONCE, RecordDiscoveryInput } from "../schema.ts";
import { noteSightings, noteSources } from "../source-rows.ts";
import { told } from "../told.ts";

/**
 * Ends a run whose findings were noted: what is referred to and isn't there, what is gone, and how each
 * source was read. Only a part of a store that was read whole makes anything missing. With more of it
 * than one transaction takes the turn is kept, to record the same again. One event tells the run with
 * its counts, one each secret that changed; runs that changed nothing are told together, once an hour.
 * Throws `stale` when another worker has taken over.
 */
export const recordDiscovery = verb({
  name: "discovery.record",
  scope: "runtime.secrets.discover",
  input: RecordDiscoveryInput,
  output: DiscoveryRecorded,
  async run({ tx, tenant, actor, input }) {
    const { found, references, whole } = input;
    const before = await heldRun(tx, tenant, actor, input.fence);
    const isCovered = (each: { store: string; path: string }) =>
      whole.some(({ store, prefix }) => store === each.store && each.path.startsWith(prefix));
    // A reference to what its store, read whole, doesn't have: missing from the start.
    const dangling = await addUnmanaged(tx, tenant, references.filter(isCovered), "gone");
    const referred = references.filter((each) => !isCovered(each));
    const unmanaged = await addUnmanaged(tx, tenant, referred, "unproven");
    const gone = await noteMissing(tx, tenant, found, whole);
    const missing = [...gone, ...dangling];
    const isMore = [dangling, unmanaged, gone].some(({ length }) => length >= MOST_AT_ONCE);
    const counts = {
      unmanaged: before.noted_unmanaged + unmanaged.length,
      missing: before.noted_missing + missing.length,
      back: before.noted_back,
    };
    const changes = [
      ...unmanaged.map(told("runtime.secrets.found-unmanaged")),
      ...missing.map(told("runtime.secrets.gone-missing")),
    ];
    const output = { ...counts, isMore };
    if (isMore) {
      const noted = { unmanaged: unmanaged.length, missing: missing.length };
      await noteProgress(tx, tenant, input, noted);
      const [first, ...rest] = changes;
      return first ? audited(output, first, ...rest) : unchanged(output);
    }
    const cluster = input.sources.filter(({ source }) => source === "external-secret");
    const isWhole = cluster.length > 0 && cluster.every(({ failure }) => failure === null);
    await noteSightings(tx, tenant, references, isWhole);
    const isSourceChanged = await noteSources(tx, tenant, input.sources);
    const isTold =
      isSourceChanged || counts.unmanaged + counts.missing + counts.back > 0 || !before.is_told;
    await tx.query(
      `UPDATE discovery_run SET lease_owner = NULL, lease_until = NULL, finished_at = clock_timestamp(),
         due_at = clock_timestamp() + make_interval(secs => $3),
         told_at = CASE WHEN $4 THEN clock_timestamp() ELSE told_at END,
         runs_untold = CASE WHEN $4 THEN 0 ELSE runs_untold + 1 END
       WHERE tenant_id = $1 AND fence = $2`,
      [tenant, input.fence, input.nextInSeconds, isTold],
    );
    if (!isTold) return unchanged(output);
    return audited(
      output,
      {
        type: "runtime.secrets.discovered",
        subject: `tenant/${tenant}`,
        payload: {
          ...counts,
          found: found.length,
          references: references.length,
          runs: before.runs_untold + 1,
          sources: input.sources.map(({ source, place, failure, found: seen }) => ({
            source,
            place,
            found: seen,
            failure: failure?.code ?? null,
          })),
        },
      },
      ...changes,
    );
  },
});
