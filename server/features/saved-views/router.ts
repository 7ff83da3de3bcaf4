import "server-only";
import { z } from "zod";
import { readProcedure, router, verbProcedure } from "#server/trpc/init.ts";
import { requirePage } from "./page-scope.ts";
import { savedViews } from "./queries.ts";
import { ListViewsInput, SavedView } from "./schema.ts";
import { removeView } from "./verbs/remove-view.ts";
import { saveView } from "./verbs/save-view.ts";

export const savedViewsRouter = router({
  list: readProcedure("runtime.secrets.read")
    .input(ListViewsInput)
    .output(z.array(SavedView))
    .query(({ ctx, input }) => {
      requirePage(ctx.caller, input.page);
      return savedViews(ctx.tx, ctx.caller.tenant, ctx.caller.actor, input);
    }),
  save: verbProcedure(saveView),
  remove: verbProcedure(removeView),
});
