import "server-only";
import { readProcedure, router, verbProcedure } from "#server/trpc/init.ts";
import { bindingDetail, listBindings, rotationSummary } from "./queries.ts";
import { forceRotate } from "./verbs/force-rotate.ts";
import { retryRotation } from "./verbs/retry-rotation.ts";
import {
  BindingDetailInput,
  BindingDetailOutput,
  ListBindingsInput,
  ListBindingsOutput,
  SummaryOutput,
} from "./views.ts";

export const rotationRouter = router({
  list: readProcedure("runtime.secrets.read")
    .input(ListBindingsInput)
    .output(ListBindingsOutput)
    .query(({ ctx, input }) => listBindings(ctx.tx, ctx.caller.tenant, input)),
  summary: readProcedure("runtime.secrets.read")
    .output(SummaryOutput)
    .query(({ ctx }) => rotationSummary(ctx.tx, ctx.caller.tenant)),
  detail: readProcedure("runtime.secrets.read")
    .input(BindingDetailInput)
    .output(BindingDetailOutput)
    .query(({ ctx, input }) => bindingDetail(ctx.tx, ctx.caller.tenant, input.bindingId)),
  forceRotate: verbProcedure(forceRotate),
  retry: verbProcedure(retryRotation),
});
