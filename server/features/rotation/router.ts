import "server-only";
import { readProcedure, router, verbProcedure } from "#server/trpc/init.ts";
import { bindingDetail, countBindings, listBindings } from "./queries.ts";
import { bindingAges, rotationSummary } from "./rotation-summary.ts";
import { cancelRotation } from "./verbs/cancel-rotation.ts";
import { forceRotate } from "./verbs/force-rotate.ts";
import { pauseRotation } from "./verbs/pause-rotation.ts";
import { resumeRotation } from "./verbs/resume-rotation.ts";
import { retryRotation } from "./verbs/retry-rotation.ts";
import { rollBackRotation } from "./verbs/roll-back-rotation.ts";
import {
  AgesOutput,
  BindingDetailInput,
  BindingDetailOutput,
  BindingFilter,
  CountOutput,
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
  count: readProcedure("runtime.secrets.read")
    .input(BindingFilter)
    .output(CountOutput)
    .query(({ ctx, input }) => countBindings(ctx.tx, ctx.caller.tenant, input)),
  ages: readProcedure("runtime.secrets.read")
    .output(AgesOutput)
    .query(({ ctx }) => bindingAges(ctx.tx, ctx.caller.tenant)),
  detail: readProcedure("runtime.secrets.read")
    .input(BindingDetailInput)
    .output(BindingDetailOutput)
    .query(({ ctx, input }) => bindingDetail(ctx.tx, ctx.caller.tenant, input.bindingId)),
  forceRotate: verbProcedure(forceRotate),
  cancel: verbProcedure(cancelRotation),
  pause: verbProcedure(pauseRotation),
  resume: verbProcedure(resumeRotation),
  retry: verbProcedure(retryRotation),
  rollBack: verbProcedure(rollBackRotation),
});
