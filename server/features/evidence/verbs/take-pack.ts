import "server-only";
import { createHash } from "node:crypto";
import { actorKey } from "#server/platform/actor.ts";
import { actorReference } from "#server/platform/audit/payload-cipher.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { PackInput, PackTaken } from "../schema.ts";
import { openText } from "../sealed-text.ts";

/** A download in several ranges by the same person within this time is one. */
const WINDOW_SECONDS = 3_600;

interface Row {
  sealed_key: string;
  sealed: Buffer;
  digest: string;
  stored: string;
  bytes: string;
}

/** Lets somebody take a pack that is ready, and says so in the log before its first byte leaves. */
export const takePack = verb({
  name: "evidence.takePack",
  scope: "runtime.audit.export",
  input: PackInput,
  output: PackTaken,
  async run({ tx, tenant, actor, input: { packId } }) {
    const [row] = await tx.query<Row>(
      `SELECT sealed_key, sealed, encode(digest, 'hex') AS digest, encode(stored_digest, 'hex') AS stored,
         byte_count::text AS bytes FROM evidence_pack
       WHERE tenant_id = $1 AND pack_id = $2 AND state = 'ready' AND expires_at > clock_timestamp()`,
      [tenant, packId],
    );
    if (!row) throw notFound("evidence pack");
    const packKey = openText(tenant, packId, row.sealed_key, row.sealed)?.packKey;
    if (!packKey) throw new AppError("unavailable", "The pack can't be opened any more.");
    const taken = {
      digest: row.digest,
      storedDigest: row.stored,
      bytes: Number(row.bytes),
      packKey,
    };
    const actorRef = actorReference(tenant, actor.kind, actorKey(actor));
    const [opened] = await tx.query(
      `INSERT INTO audit_search_window AS w (tenant_id, actor_ref, query_digest, window_ends_at)
       VALUES ($1, $2, $3, clock_timestamp() + make_interval(secs => $4))
       ON CONFLICT (tenant_id, actor_ref, query_digest) DO UPDATE SET window_ends_at = excluded.window_ends_at
       WHERE w.window_ends_at <= clock_timestamp() RETURNING 1`,
      [
        tenant,
        actorRef,
        createHash("sha256").update(`pack|${packId}`).digest("hex"),
        WINDOW_SECONDS,
      ],
    );
    if (!opened) return unchanged(taken);
    return audited(taken, {
      type: "runtime.evidence.pack-taken",
      subject: `evidence-pack/${packId}`,
      payload: { digest: row.digest },
    });
  },
});
