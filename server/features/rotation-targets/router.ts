import "server-only";
import { readProcedure, router, verbProcedure } from "#server/trpc/init.ts";
import { listRotationTargets } from "./queries.ts";
import { ListRotationTargetsOutput } from "./schema.ts";
import { retireRotationTarget } from "./verbs/retire-rotation-target.ts";
import { saveRotationTarget } from "./verbs/save-rotation-target.ts";

export const rotationTargetsRouter = router({
  list: readProcedure("runtime.secrets.read")
    .output(ListRotationTargetsOutput)
    .query(({ ctx }) => listRotationTargets(ctx.tx, ctx.caller.tenant)),
  save: verbProcedure(saveRotationTarget),
  retire: verbProcedure(retireRotationTarget),
});
