import "server-only";
import { z } from "zod";
import { readProcedure, router, verbProcedure } from "#server/trpc/init.ts";
import { listPacks, packOf, recentExports } from "./queries.ts";
import { ExportView, ListPacksInput, PackInput, PackList, PackView } from "./schema.ts";
import { askPack } from "./verbs/ask-pack.ts";

const read = readProcedure("runtime.audit.read");

export const evidenceRouter = router({
  packs: read
    .input(ListPacksInput)
    .output(PackList)
    .query(({ ctx, input }) => listPacks(ctx.tx, ctx.caller.tenant, input)),
  pack: read
    .input(PackInput)
    .output(PackView)
    .query(({ ctx, input }) => packOf(ctx.tx, ctx.caller.tenant, input.packId)),
  exports: read
    .output(z.array(ExportView))
    .query(({ ctx }) => recentExports(ctx.tx, ctx.caller.tenant)),
  askPack: verbProcedure(askPack),
});
