import { z } from "zod";
import { ROTATION_PARAMS } from "#components/rotations/rotation-url.ts";
import { operation } from "#server/features/http-api/index.ts";

const texts = Object.fromEntries(ROTATION_PARAMS.map((name) => [name, z.string().optional()]));

export const exportCredentials = operation({
  id: "rotation.exportList",
  method: "GET",
  path: "/api/v1/rotations/{tenant}/credentials-csv",
  tag: "Rotations",
  summary: "Export the credentials of the dashboard",
  description:
    "Exactly what the same parameters show on the page, in its order; never a value. The export is an audit event.",
  access: { by: "session", scope: "runtime.secrets.read" },
  params: { schema: z.object({ tenant: z.string() }), absent: "tenant" },
  query: z.object({
    ...texts,
    sort: z.string().optional().describe("A column's name; with - before it, descending"),
  }),
  answers: {
    200: {
      description: "The lines (RFC 4180, UTF-8)",
      headers: { "x-row-count": "How many credentials" },
      content: { type: "text/csv", schema: z.string(), example: "name,class,state\r\n" },
    },
  },
});
