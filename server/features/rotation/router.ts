import "server-only";
import { readProcedure, router, verbProcedure } from "#server/trpc/init.ts";
import { bindingVersions } from "./binding-versions.ts";
import { ForcePreview } from "./bulk-schema.ts";
import { consumersOf } from "./consumers/consumers-query.ts";
import { ConsumersInput, ConsumersOutput } from "./consumers/schema.ts";
import { forcePreview } from "./force-preview.ts";
import { manualWork } from "./manual/queries.ts";
import { ManualWorkInput, ManualWorkOutput } from "./manual/schema.ts";
import { bindingDetail, countBindings, listBindings } from "./queries.ts";
import { bindingAges, rotationSummary } from "./rotation-summary.ts";
import { cancelRotation } from "./verbs/cancel-rotation.ts";
import { completeManualRotation } from "./verbs/complete-manual-rotation.ts";
import { forceRotate } from "./verbs/force-rotate.ts";
import { forceRotateMany } from "./verbs/force-rotate-many.ts";
import { overrideRevoke } from "./verbs/override-revoke.ts";
import { pauseRotation } from "./verbs/pause-rotation.ts";
import { requestRenewal } from "./verbs/request-renewal.ts";
import { resumeRotation } from "./verbs/resume-rotation.ts";
import { retryRotation } from "./verbs/retry-rotation.ts";
import { rollBackRotation } from "./verbs/roll-back-rotation.ts";
import { settleManualCompletion } from "./verbs/settle-manual-completion.ts";
import { VersionsOutput } from "./versions-schema.ts";
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

import { credentialWatch } from "./watched/queries.ts";
import { WatchInput, WatchOutput } from "./watched/schema.ts";

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
  versions: readProcedure("runtime.secrets.read")
    .input(BindingDetailInput)
    .output(VersionsOutput)
    .query(({ ctx, input }) => bindingVersions(ctx.tx, ctx.caller.tenant, input.bindingId)),
  forcePreview: readProcedure("runtime.secrets.rotate")
    .input(BindingFilter)
    .output(ForcePreview)
    .query(({ ctx, input }) => forcePreview(ctx.tx, ctx.caller.tenant, input)),
  forceRotate: verbProcedure(forceRotate),
  forceRotateMany: verbProcedure(forceRotateMany),
  cancel: verbProcedure(cancelRotation),
  pause: verbProcedure(pauseRotation),
  resume: verbProcedure(resumeRotation),
  retry: verbProcedure(retryRotation),
  rollBack: verbProcedure(rollBackRotation),
  consumers: readProcedure("runtime.secrets.read")
    .input(ConsumersInput)
    .output(ConsumersOutput)
    .query(({ ctx, input }) =>
      consumersOf(ctx.tx, ctx.caller.tenant, input.bindingId, ctx.caller.scopes),
    ),
  overrideRevoke: verbProcedure(overrideRevoke),
  manual: readProcedure("runtime.secrets.read")
    .input(ManualWorkInput)
    .output(ManualWorkOutput)
    .query(({ ctx, input }) => manualWork(ctx.tx, ctx.caller, input.bindingId)),
  watch: readProcedure("runtime.secrets.read")
    .input(WatchInput)
    .output(WatchOutput)
    .query(({ ctx, input }) => credentialWatch(ctx.tx, ctx.caller.tenant, input.bindingId)),
  requestRenewal: verbProcedure(requestRenewal),
  completeManual: verbProcedure(completeManualRotation),
  settleManual: verbProcedure(settleManualCompletion),
});
