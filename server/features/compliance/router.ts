import "server-only";
import { readProcedure, router, verbProcedure } from "#server/trpc/init.ts";
import { checkHistory, complianceOverview, threatStates } from "./queries.ts";
import { exportOscal } from "./verbs/export-oscal.ts";
import { ComplianceOverview, History, HistoryInput, Threats } from "./views.ts";

const read = readProcedure("runtime.compliance.read");

export const complianceRouter = router({
  overview: read
    .output(ComplianceOverview)
    .query(({ ctx }) => complianceOverview(ctx.tx, ctx.caller.tenant)),
  history: read
    .input(HistoryInput)
    .output(History)
    .query(({ ctx, input }) => checkHistory(ctx.tx, ctx.caller.tenant, input.checkIds)),
  threats: read.output(Threats).query(({ ctx }) => threatStates(ctx.tx, ctx.caller.tenant)),
  exportOscal: verbProcedure(exportOscal),
});
