import "server-only";
import { readProcedure, router, verbProcedure } from "#server/trpc/init.ts";
import { deadLetter, deadLetters, receivedOverview } from "./queries.ts";
import {
  DeadLetterDetail,
  DeadLetterInput,
  DeadLetters,
  DeadLettersInput,
  ReceivedOverview,
} from "./schema.ts";
import { saveEventSource } from "./verbs/save-event-source.ts";
import { settleDeadLetter } from "./verbs/settle-dead-letter.ts";

const read = readProcedure("runtime.audit.read");

export const ingestRouter = router({
  overview: read
    .output(ReceivedOverview)
    .query(({ ctx }) => receivedOverview(ctx.tx, ctx.caller.tenant)),
  deadLetters: read
    .input(DeadLettersInput)
    .output(DeadLetters)
    .query(({ ctx, input }) => deadLetters(ctx.tx, ctx.caller.tenant, input)),
  deadLetter: read
    .input(DeadLetterInput)
    .output(DeadLetterDetail)
    .query(({ ctx, input }) => deadLetter(ctx.tx, ctx.caller.tenant, input.deadLetterId)),
  saveSource: verbProcedure(saveEventSource),
  settleDeadLetter: verbProcedure(settleDeadLetter),
});
