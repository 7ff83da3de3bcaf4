import "server-only";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { ExpirePackInput, PackExpired } from "../schema.ts";
import { openText, sealText } from "../sealed-text.ts";

/** How long a worker waits before it tries again to take away what is locked. */
const LOCKED_SECONDS = 3_600;

interface Row {
  state: "ready" | "expired";
  sealed_key: string;
  sealed: Buffer;
  stored: string;
}

/**
 * Ends a pack whose time is over: its key is destroyed first, so that nobody can read what is left of it;
 * then the worker takes its bytes out of the content store, and says so here.
 */
export const expirePack = verb({
  name: "evidence.expirePack",
  scope: "runtime.evidence.make",
  input: ExpirePackInput,
  output: PackExpired,
  async run({ tx, tenant, actor, input: { packId, step } }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    if (step !== "end") {
      await tx.query(
        step === "removed"
          ? `UPDATE evidence_pack SET removed_at = clock_timestamp(), lease_until = NULL
             WHERE tenant_id = $1 AND pack_id = $2 AND state = 'expired' AND removed_at IS NULL`
          : `UPDATE evidence_pack SET lease_until = clock_timestamp() + make_interval(secs => ${LOCKED_SECONDS})
             WHERE tenant_id = $1 AND pack_id = $2 AND state = 'expired' AND removed_at IS NULL`,
        [tenant, packId],
      );
      return unchanged({ storedDigest: null });
    }
    const [row] = await tx.query<Row>(
      `SELECT state, sealed_key, sealed, encode(stored_digest, 'hex') AS stored FROM evidence_pack
       WHERE tenant_id = $1 AND pack_id = $2 AND removed_at IS NULL
         AND (state = 'expired' OR (state = 'ready' AND expires_at <= clock_timestamp())) FOR UPDATE`,
      [tenant, packId],
    );
    if (!row) return unchanged({ storedDigest: null });
    if (row.state === "expired") return unchanged({ storedDigest: row.stored });
    const query = openText(tenant, packId, row.sealed_key, row.sealed)?.query ?? "";
    const sealed = sealText(tenant, packId, { query });
    await tx.query(
      `UPDATE evidence_pack SET state = 'expired', sealed_key = $3, sealed = $4
       WHERE tenant_id = $1 AND pack_id = $2`,
      [tenant, packId, sealed.keyId, sealed.ciphertext],
    );
    return audited(
      { storedDigest: row.stored },
      { type: "runtime.evidence.pack-expired", subject: `evidence-pack/${packId}` },
    );
  },
});
