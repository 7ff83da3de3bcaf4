import "server-only";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import {
  addUnmanaged,
  type ChangedRow,
  MOST_AT_ONCE,
  noteMissing,
  noteSeen,
} from "../discovered-rows.ts";
import { DiscoveryRecorded, RecordDiscoveryInput } from "../schema.ts";
import { noteSightings, noteSources } from "../source-rows.ts";

/**
 * Records what a run found: secrets that nobody bound, secrets that are gone or back, and how each
 * source was read. Only a part of a store that was read whole makes anything missing. One event tells
 * the run with its counts, one each secret that changed; runs that changed nothing are told together,
 * once an hour. Throws `stale` when another worker has taken over.
 */
export const recordDiscovery = verb({
  name: "discovery.record",
  scope: "runtime.secrets.discover",
  input: RecordDiscoveryInput,
  output: DiscoveryRecorded,
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const [run] = await tx.query<{ is_told: boolean; runs_untold: number }>(
      `SELECT coalesce(told_at > clock_timestamp() - interval '1 hour', false) AS is_told, runs_untold
       FROM discovery_run WHERE tenant_id = $1 AND fence = $2 AND lease_until IS NOT NULL FOR UPDATE`,
      [tenant, input.fence],
    );
    if (!run) throw new AppError("stale", "Another worker looks for this tenant's secrets.");
    const { found, references, whole } = input;
    const back = await noteSeen(tx, tenant, found);
    const fresh = await addUnmanaged(tx, tenant, found, "seen");
    const isCovered = (each: { store: string; path: string }) =>
      whole.some(({ store, prefix }) => store === each.store && each.path.startsWith(prefix));
    // A reference to what its store, read whole, doesn't have: missing from the start.
    const dangling = await addUnmanaged(tx, tenant, references.filter(isCovered), "gone");
    const referred = references.filter((each) => !isCovered(each));
    const unproven = await addUnmanaged(tx, tenant, referred, "unproven");
    const cluster = input.sources.filter(({ source }) => source === "external-secret");
    const isWhole = cluster.length > 0 && cluster.every(({ failure }) => failure === null);
    await noteSightings(tx, tenant, references, isWhole);
    const missing = [...(await noteMissing(tx, tenant, found, whole)), ...dangling];
    const unmanaged = [...fresh, ...unproven];
    const isSourceChanged = await noteSources(tx, tenant, input.sources);
    const isMore = [back, fresh, missing, dangling].some(({ length }) => length >= MOST_AT_ONCE);
    const counts = { unmanaged: unmanaged.length, missing: missing.length, back: back.length };
    const isTold =
      isSourceChanged || counts.unmanaged + counts.missing + counts.back > 0 || !run.is_told;
    await tx.query(
      `UPDATE discovery_run SET lease_owner = NULL, lease_until = NULL, finished_at = clock_timestamp(),
         due_at = clock_timestamp() + make_interval(secs => $3),
         told_at = CASE WHEN $4 THEN clock_timestamp() ELSE told_at END,
         runs_untold = CASE WHEN $4 THEN 0 ELSE runs_untold + 1 END
       WHERE tenant_id = $1 AND fence = $2`,
      [tenant, input.fence, isMore ? 0 : input.nextInSeconds, isTold],
    );
    const output = { ...counts, isMore };
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
          runs: run.runs_untold + 1,
          sources: input.sources.map(({ source, place, failure, found: seen }) => ({
            source,
            place,
            found: seen,
            failure: failure?.code ?? null,
          })),
        },
      },
      ...unmanaged.map(told("runtime.secrets.found-unmanaged")),
      ...missing.map(told("runtime.secrets.gone-missing")),
      ...back.map(told("runtime.secrets.found-again")),
    );
  },
});

function told(type: AuditEventDraft["type"]) {
  return ({ binding_id: bindingId, store, path }: ChangedRow): AuditEventDraft => ({
    type,
    subject: `secret-binding/${bindingId}`,
    payload: { store, path },
  });
}
