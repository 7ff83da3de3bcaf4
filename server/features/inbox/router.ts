import "server-only";
import { readProcedure, router, verbProcedure } from "#server/trpc/init.ts";
import { inboxOf } from "./queries.ts";
import { Inbox, InboxInput } from "./schema.ts";
import { markMentionRead } from "./verbs/mark-mention-read.ts";

export const inboxRouter = router({
  /** What waits for the person who asks. */
  list: readProcedure("runtime.approvals.read")
    .input(InboxInput)
    .output(Inbox)
    .query(({ ctx, input }) => inboxOf(ctx.tx, ctx.caller.tenant, ctx.caller, input)),

  markMentionRead: verbProcedure(markMentionRead),
});
