import "server-only";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { PackRecorded, RecordPackInput } from "../schema.ts";
import { openText, sealText } from "../sealed-text.ts";

const MOST_ATTEMPTS = 5;
/** Between two attempts; doubled each time. */
const PAUSE_SECONDS = 5;

interface Row {
  sealed_key: string;
  sealed: Buffer;
  attempt: number;
}

/** Notes how the making of a pack goes. Throws `stale` when another worker has taken over. */
export const recordPack = verb({
  name: "evidence.recordPack",
  scope: "runtime.evidence.make",
  input: RecordPackInput,
  output: PackRecorded,
  async run({ tx, tenant, actor, input: { packId, fence, report } }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const [row] = await tx.query<Row>(
      `SELECT sealed_key, sealed, attempt FROM evidence_pack
       WHERE tenant_id = $1 AND pack_id = $2 AND fence = $3 AND state = 'building' FOR UPDATE`,
      [tenant, packId, fence],
    );
    if (!row) throw new AppError("stale", "Another worker makes this pack.");
    const subject = `evidence-pack/${packId}`;
    switch (report.kind) {
      case "progress":
        await tx.query(
          `UPDATE evidence_pack SET entries_done = $3, match_count = $4,
             lease_until = clock_timestamp() + make_interval(secs => $5)
           WHERE tenant_id = $1 AND pack_id = $2`,
          [tenant, packId, report.entries, report.matches, report.leaseSeconds],
        );
        return unchanged({ state: "building" as const });
      case "failed": {
        const attempt = row.attempt + 1;
        const isOver = attempt >= MOST_ATTEMPTS;
        await tx.query(
          `UPDATE evidence_pack SET state = $3, failure = $4, attempt = $5, lease_owner = NULL,
             lease_until = clock_timestamp() + make_interval(secs => $6),
             done_at = CASE WHEN $3 = 'failed' THEN clock_timestamp() END
           WHERE tenant_id = $1 AND pack_id = $2`,
          [
            tenant,
            packId,
            isOver ? "failed" : "requested",
            isOver ? report.failure : null,
            attempt,
            PAUSE_SECONDS * 2 ** (attempt - 1),
          ],
        );
        if (!isOver) return unchanged({ state: "requested" as const });
        return audited(
          { state: "failed" as const },
          {
            type: "runtime.evidence.pack-failed",
            subject,
            outcome: "failed",
            payload: { failure: report.failure, attempts: attempt },
          },
        );
      }
      case "ready": {
        const { entries, matches, digest, bytes, storedDigest, expiresAt, packKey } = report;
        const query = openText(tenant, packId, row.sealed_key, row.sealed)?.query ?? "";
        const sealed = sealText(tenant, packId, { query, packKey });
        await tx.query(
          `UPDATE evidence_pack SET state = 'ready', entries_done = $3, match_count = $4, digest = decode($5, 'hex'),
             byte_count = $6, stored_digest = decode($7, 'hex'), expires_at = $8, sealed_key = $9, sealed = $10,
             done_at = clock_timestamp(), lease_owner = NULL, lease_until = NULL
           WHERE tenant_id = $1 AND pack_id = $2`,
          [
            tenant,
            packId,
            entries,
            matches,
            digest,
            bytes,
            storedDigest,
            expiresAt,
            sealed.keyId,
            sealed.ciphertext,
          ],
        );
        return audited(
          { state: "ready" as const },
          {
            type: "runtime.evidence.pack-made",
            subject,
            payload: { digest, bytes, entries, matches, expiresAt: expiresAt.toISOString() },
          },
        );
      }
    }
  },
});
