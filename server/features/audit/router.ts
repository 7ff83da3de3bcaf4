import "server-only";
import { notFound } from "#server/platform/errors/app-error.ts";
import { readProcedure, router, standingProcedure } from "#server/trpc/init.ts";
import { auditEvent, auditEventTypes, logHead, recentEvents } from "./queries.ts";
import {
  AuditEventDetail,
  EventInput,
  EventTrace,
  EventTypes,
  LogHead,
  RecentEvents,
  RecentEventsInput,
} from "./schema.ts";
import { askEvents, askOverview } from "./search/ask.ts";
import { OverviewInput, SearchInput, SearchOverview, SearchPage } from "./search/schema.ts";
import { eventTrace } from "./trace.ts";

const read = readProcedure("runtime.audit.read");

export const auditRouter = router({
  recent: read
    .input(RecentEventsInput)
    .output(RecentEvents)
    .query(async ({ ctx, input }) => ({
      events: await recentEvents(ctx.tx, ctx.caller.tenant, input),
      asOf: await ctx.tx.startedAt(),
    })),

  search: standingProcedure("runtime.audit.read")
    .input(SearchInput)
    .output(SearchPage)
    .query(({ ctx, input }) => askEvents(ctx.caller, input)),

  overview: standingProcedure("runtime.audit.read")
    .input(OverviewInput)
    .output(SearchOverview)
    .query(({ ctx, input }) => askOverview(ctx.caller, input)),

  byId: read
    .input(EventInput)
    .output(AuditEventDetail)
    .query(async ({ ctx, input }) => {
      const event = await auditEvent(ctx.tx, ctx.caller.tenant, input.eventId);
      if (!event) throw notFound("audit event");
      return event;
    }),

  trace: read
    .input(EventInput)
    .output(EventTrace)
    .query(async ({ ctx, input }) => {
      const trace = await eventTrace(ctx.tx, ctx.caller.tenant, input.eventId);
      if (!trace) throw notFound("audit event");
      return trace;
    }),

  types: read.output(EventTypes).query(({ ctx }) => auditEventTypes(ctx.tx, ctx.caller.tenant)),

  head: read.output(LogHead).query(({ ctx }) => logHead(ctx.tx, ctx.caller.tenant)),
});
