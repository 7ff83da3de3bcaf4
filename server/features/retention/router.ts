import "server-only";
import { z } from "zod";
import { keeperOf } from "#server/platform/audit/key-keeper.ts";
import { env } from "#server/platform/env/env.ts";
import { guardedProcedure, readProcedure, router, verbProcedure } from "#server/trpc/init.ts";
import { LogKeysView, logKeysView } from "./log-key-view.ts";
import { erasurePreview, retentionOverview, retentionPreview } from "./queries.ts";
import { RequestErasureInput, SetRetentionInput } from "./schema.ts";
import { liftHold } from "./verbs/lift-hold.ts";
import { placeHold } from "./verbs/place-hold.ts";
import { renewKey } from "./verbs/renew-key.ts";
import { requestErasure } from "./verbs/request-erasure.ts";
import { rotateLogKey } from "./verbs/rotate-log-key.ts";
import { setRetention } from "./verbs/set-retention.ts";
import { ErasurePreview, RetentionOverview, RetentionPreview } from "./views.ts";

/** How long the audit log is kept, what is held, what is erased, and under which keys it is. */
export const retentionRouter = router({
  overview: readProcedure("runtime.retention.read")
    .output(RetentionOverview)
    .query(({ ctx }) => retentionOverview(ctx.tx, ctx.caller.tenant, ctx.caller.scopes)),
  preview: readProcedure("runtime.retention.read")
    .input(SetRetentionInput.pick({ class: true, days: true }))
    .output(RetentionPreview)
    .query(({ ctx, input }) => retentionPreview(ctx.tx, ctx.caller.tenant, input)),
  erasurePreview: readProcedure("runtime.retention.manage")
    .input(RequestErasureInput.pick({ selection: true }))
    .output(ErasurePreview)
    .query(({ ctx, input }) => erasurePreview(ctx.tx, ctx.caller.tenant, input.selection)),
  /** Outside of a transaction: the keeper is asked. */
  importKey: guardedProcedure("runtime.keys.manage")
    .output(z.object({ publicKey: z.string() }))
    .query(async () => ({ publicKey: await keeperOf(env().KEY_KEEPER).importKey() })),
  logKeys: readProcedure("runtime.retention.read")
    .output(LogKeysView)
    .query(({ ctx }) => logKeysView(ctx.tx, ctx.caller.tenant, ctx.caller.scopes)),
  setRetention: verbProcedure(setRetention),
  placeHold: verbProcedure(placeHold),
  liftHold: verbProcedure(liftHold),
  requestErasure: verbProcedure(requestErasure),
  renewKey: verbProcedure(renewKey),
  rotateLogKey: verbProcedure(rotateLogKey),
});
