import "server-only";
import { readProcedure, router, verbProcedure } from "#server/trpc/init.ts";
import { changeWindows } from "./queries.ts";
import { ChangeWindowsView } from "./schema.ts";
import { setChangeWindows } from "./verbs/set-change-windows.ts";

export const changeWindowsRouter = router({
  list: readProcedure("runtime.policies.read")
    .output(ChangeWindowsView)
    .query(({ ctx }) => changeWindows(ctx.tx, ctx.caller.tenant)),
  set: verbProcedure(setChangeWindows),
});
