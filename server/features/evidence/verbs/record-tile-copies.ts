import "server-only";
import { z } from "zod";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";

const TileCopy = z.object({
  /** -1: an entry bundle. */
  level: z.int().min(-1).max(63),
  index: z.int().min(0),
  digest: z.string().regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in hexadecimal"),
});

/** Notes which full tiles and entry bundles the content store has. One that has another digest is refused. */
export const recordTileCopies = verb({
  name: "evidence.recordTileCopies",
  scope: "runtime.evidence.make",
  input: z.object({ copies: z.array(TileCopy).min(1).max(2_000) }),
  output: z.object({ recorded: z.int() }),
  async run({ tx, tenant, actor, input: { copies } }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const keys = [copies.map(({ level }) => level), copies.map(({ index }) => index)];
    const recorded = await tx.query(
      `INSERT INTO audit_tile_copy (tenant_id, level, tile_index, digest, stored_at)
       SELECT $1, level, tile_index, decode(digest, 'hex'), clock_timestamp()
       FROM unnest($2::smallint[], $3::bigint[], $4::text[]) AS c (level, tile_index, digest)
       ON CONFLICT DO NOTHING RETURNING 1`,
      [tenant, ...keys, copies.map(({ digest }) => digest)],
    );
    const others = await tx.query(
      `SELECT 1 FROM unnest($2::smallint[], $3::bigint[], $4::text[]) AS c (level, tile_index, digest)
       JOIN audit_tile_copy k ON k.tenant_id = $1 AND k.level = c.level AND k.tile_index = c.tile_index
       WHERE k.digest <> decode(c.digest, 'hex')`,
      [tenant, ...keys, copies.map(({ digest }) => digest)],
    );
    if (others.length > 0) {
      throw new AppError("conflict", "A tile that was copied before has other bytes now.", {
        remedy: "Verify the log with `console log audit` and a checkpoint that was kept elsewhere.",
      });
    }
    if (recorded.length === 0) return unchanged({ recorded: 0 });
    const bundles = copies.filter(({ level }) => level === -1).map(({ index }) => index);
    return audited(
      { recorded: recorded.length },
      {
        type: "runtime.evidence.tiles-copied",
        subject: `audit-log/${tenant}`,
        payload: {
          tiles: recorded.length,
          lastBundle: bundles.length > 0 ? Math.max(...bundles) : null,
        },
      },
    );
  },
});
