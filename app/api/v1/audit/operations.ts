import { z } from "zod";
import { operation } from "#server/features/http-api/index.ts";

export const exportEvents = operation({
  id: "evidence.exportEvents",
  method: "GET",
  path: "/api/v1/audit/{tenant}/events",
  tag: "Evidence",
  summary: "Export the events of the audit log that fit a query",
  description:
    "Any number, streamed as CSV or NDJSON, oldest first: the events under the newest signed head, as the audit page would show them. Begin and end of an export are audit events.",
  access: { by: "session", scope: "runtime.audit.export" },
  params: { schema: z.object({ tenant: z.string() }), absent: "tenant" },
  query: z.object({
    q: z.string().max(4_000).optional().describe("A query, as on the audit page"),
    format: z.enum(["csv", "ndjson"]).default("csv"),
  }),
  answers: {
    200: {
      description: "The events; with `format=ndjson` as application/x-ndjson",
      headers: { "x-tree-size": "Entries of the log that the export is of" },
      content: { type: "text/csv", schema: z.string(), example: "index,time,type,subject\r\n" },
    },
  },
});
