import "server-only";
import { formFields } from "#server/engines/delivery/form-fields.ts";
import { readProcedure, router, verbProcedure } from "#server/trpc/init.ts";
import { deadLetter, deadLetters } from "./dead-letters.ts";
import { check, sink, sinks } from "./queries.ts";
import {
  CheckId,
  CheckView,
  DeadLetterDetail,
  DeadLetterId,
  DeadLetterPage,
  ListDeadLettersInput,
  SinkDetail,
  SinkForms,
  SinkId,
  SinkList,
} from "./schema.ts";
import { askCheck } from "./verbs/ask-check.ts";
import { beginBackfill } from "./verbs/begin-backfill.ts";
import { saveSink } from "./verbs/save-sink.ts";
import { setSinkState } from "./verbs/set-sink-state.ts";
import { settleDeadLetters } from "./verbs/settle-dead-letters.ts";
import { settleErasure } from "./verbs/settle-erasure.ts";
import { stopBackfill } from "./verbs/stop-backfill.ts";

const read = readProcedure("runtime.delivery.read");
// Addresses may hold what a receiver takes for a key: for those who manage them.
const manage = readProcedure("runtime.delivery.manage");

export const deliveryRouter = router({
  sinks: read.output(SinkList).query(({ ctx }) => sinks(ctx.tx, ctx.caller.tenant)),

  sink: manage
    .input(SinkId)
    .output(SinkDetail)
    .query(({ ctx, input }) => sink(ctx.tx, ctx.caller.tenant, input.sinkId)),

  deadLetters: read
    .input(ListDeadLettersInput)
    .output(DeadLetterPage)
    .query(({ ctx, input }) => deadLetters(ctx.tx, ctx.caller.tenant, input)),

  deadLetter: manage
    .input(DeadLetterId)
    .output(DeadLetterDetail)
    .query(({ ctx, input }) => deadLetter(ctx.tx, ctx.caller.tenant, input.letterId)),

  forms: manage.output(SinkForms).query(() => formFields()),

  check: manage
    .input(CheckId)
    .output(CheckView)
    .query(({ ctx, input }) => check(ctx.tx, ctx.caller.tenant, input.checkId)),

  saveSink: verbProcedure(saveSink),
  setSinkState: verbProcedure(setSinkState),
  beginBackfill: verbProcedure(beginBackfill),
  stopBackfill: verbProcedure(stopBackfill),
  settleDeadLetters: verbProcedure(settleDeadLetters),
  settleErasure: verbProcedure(settleErasure),
  askCheck: verbProcedure(askCheck),
});
