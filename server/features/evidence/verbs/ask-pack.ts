import "server-only";
import { uuidv7 } from "uuidv7";
import { wholeTiles } from "#server/engines/evidence/pack-tiles.ts";
import { displayNameOf } from "#server/features/approvals/index.ts";
import { cosignatureLines, latestCheckpoint, leafRangeOf } from "#server/features/audit/index.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { checkedQuery } from "../checked-query.ts";
import { AskPackInput, PackAsked } from "../schema.ts";
import { sealText } from "../sealed-text.ts";

/** Packs of a tenant that are being made or wait for it at one time. */
const MOST_WAITING = 5;

/**
 * Asks for an evidence pack of what a query means now, under the newest signed head. The worker makes it;
 * what it is of does not change any more.
 */
export const askPack = verb({
  name: "evidence.askPack",
  scope: "runtime.audit.export",
  input: AskPackInput,
  output: PackAsked,
  async run({ tx, tenant, actor, input: { query, disclosure, keptDays } }) {
    const [waiting] = await tx.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM evidence_pack
       WHERE tenant_id = $1 AND state IN ('requested', 'building')`,
      [tenant],
    );
    if ((waiting?.count ?? 0) >= MOST_WAITING) {
      throw new AppError("conflict", `${MOST_WAITING} packs are being made already.`, {
        said: { key: "packsWaiting", args: { most: MOST_WAITING } },
        remedy: "Wait until one of them is ready, then ask again.",
      });
    }
    const head = await latestCheckpoint(tx, tenant);
    if (!head || head.treeSize === 0n) {
      throw new AppError("conflict", "The log has no signed head yet.", {
        said: { key: "logWithoutHead" },
        remedy: "Wait until the first events are sealed, then ask again.",
      });
    }
    const asOf = await tx.startedAt();
    const condition = checkedQuery(query, asOf);
    const bounds = await leafRangeOf(tx, tenant, condition, head.treeSize);
    const range = wholeTiles(bounds.from, bounds.to, head.treeSize);
    const checkpoint = head.note + (await cosignatureLines(tx, tenant, head.treeSize));
    const packId = uuidv7();
    const eventId = uuidv7();
    const sealed = sealText(tenant, packId, { query });
    await tx.query(
      `INSERT INTO evidence_pack (tenant_id, pack_id, state, disclosure, sealed_key, sealed, as_of, range_from,
         range_to, tree_size, checkpoint, asked_by_name, event_id, asked_at, kept_days)
       VALUES ($1, $2, 'requested', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, clock_timestamp(), $13)`,
      [
        tenant,
        packId,
        disclosure,
        sealed.keyId,
        sealed.ciphertext,
        asOf,
        range.from.toString(),
        range.to.toString(),
        range.treeSize.toString(),
        checkpoint,
        displayNameOf(actor),
        eventId,
        keptDays,
      ],
    );
    return audited(
      { packId },
      {
        eventId,
        type: "runtime.evidence.pack-requested",
        subject: `evidence-pack/${packId}`,
        payload: {
          search: { query, act: "pack" },
          disclosure,
          keptDays,
          from: range.from.toString(),
          to: range.to.toString(),
          treeSize: range.treeSize.toString(),
        },
      },
    );
  },
});
