import "server-only";
import { z } from "zod";
import { LogKeyListJson } from "#server/engines/merkle/key-list-file.ts";
import { MerkleError } from "#server/engines/merkle/merkle-error.ts";
import { parseTilePath } from "#server/engines/merkle/tile-path.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import { readProcedure, router } from "#server/trpc/init.ts";
import { logKeyList } from "../sealing/log-keys.ts";
import { cosignatureLines } from "./cosignatures.ts";
import { logTile } from "./log-tiles.ts";
import { latestCheckpoint } from "./log-tree.ts";

const read = readProcedure("runtime.audit.read");

/**
 * What the tlog-tiles HTTP routes serve. Not part of the tRPC API: the routes call it in process,
 * so that they pass the same gate, in the same order, as every other read.
 */
const log = router({
  checkpoint: read.output(z.string()).query(async ({ ctx }) => {
    const head = await latestCheckpoint(ctx.tx, ctx.caller.tenant);
    if (!head) throw notFound("checkpoint");
    return head.note + (await cosignatureLines(ctx.tx, ctx.caller.tenant, head.treeSize));
  }),

  keys: read.output(LogKeyListJson).query(async ({ ctx }) => {
    const { origin, keys } = await logKeyList(ctx.tx, ctx.caller.tenant);
    return { origin, keys: [...keys] };
  }),

  tile: read
    .input(z.object({ path: z.string().max(100) }))
    .output(z.custom<Uint8Array>((value) => value instanceof Uint8Array))
    .query(async ({ ctx, input }) => {
      const tile = await logTile(ctx.tx, ctx.caller.tenant, tileAddress(input.path));
      if (!tile) throw notFound("tile");
      return tile;
    }),
});

/** Nested, so that denials and metrics say `log.tile`. */
export const logRouter = router({ log });

/** A path that names no tile is absent, like a tile that the tree has not reached. */
function tileAddress(path: string) {
  try {
    return parseTilePath(path);
  } catch (error) {
    if (error instanceof MerkleError) throw notFound("tile");
    throw error;
  }
}
