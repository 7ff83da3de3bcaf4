import "server-only";
import { notFound } from "#server/platform/errors/app-error.ts";
import { guardedProcedure, readProcedure, router } from "#server/trpc/init.ts";
import { auditEvent, auditEvents, auditEventTypes, logHead } from "./queries.ts";
import {
  AuditEventDetail,
  AuditEventPage,
  EventInput,
  EventTypes,
  ListEventsInput,
  LogHead,
} from "./schema.ts";
import { askEvents, askOverview } from "./search/ask.ts";
import { OverviewInput, SearchInput, SearchOverview, SearchPage } from "./search/schema.ts";

const read = readProcedure("runtime.audit.read");

export const auditRouter = router({
  list: read
    .input(ListEventsInput)
    .output(AuditEventPage)
    .query(({ ctx, input }) => auditEvents(ctx.tx, ctx.caller.tenant, input)),

  search: guardedProcedure("runtime.audit.read")
    .input(SearchInput)
    .output(SearchPage)
    .query(({ ctx, input }) => askEvents(ctx.caller, input)),

  overview: guardedProcedure("runtime.audit.read")
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

  types: read.output(EventTypes).query(({ ctx }) => auditEventTypes(ctx.tx, ctx.caller.tenant)),

  head: read.output(LogHead).query(({ ctx }) => logHead(ctx.tx, ctx.caller.tenant)),
});
