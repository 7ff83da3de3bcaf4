import "server-only";
import { readProcedure, router, verbProcedure } from "#server/trpc/init.ts";
import { closeIncident } from "../verbs/close-incident.ts";
import { markLeaked } from "../verbs/mark-leaked.ts";
import { incidentView } from "./incident-view.ts";
import { listIncidents } from "./list-incidents.ts";
import { IncidentInput, IncidentPage, IncidentView, ListIncidentsInput } from "./views.ts";

export const incidentsRouter = router({
  list: readProcedure("runtime.incidents.read")
    .input(ListIncidentsInput)
    .output(IncidentPage)
    .query(({ ctx, input }) => listIncidents(ctx.tx, ctx.caller.tenant, input)),
  byId: readProcedure("runtime.incidents.read")
    .input(IncidentInput)
    .output(IncidentView)
    .query(({ ctx, input }) => incidentView(ctx.tx, ctx.caller.tenant, input.incidentId)),
  markLeaked: verbProcedure(markLeaked),
  close: verbProcedure(closeIncident),
});
