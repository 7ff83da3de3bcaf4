import { z } from "zod";
import { operation } from "#server/features/http-api/index.ts";

export const takeEvidencePack = operation({
  id: "evidence.takePack",
  method: "GET",
  path: "/api/v1/evidence/{tenant}/packs/{id}",
  tag: "Evidence",
  summary: "Take an evidence pack that is ready",
  description:
    "A tar archive that `console evidence verify` checks offline. Ranges are served, so that a download can go on where it broke off. Taking a pack is an audit event.",
  access: { by: "session", scope: "runtime.audit.export" },
  params: { schema: z.object({ tenant: z.string(), id: z.uuid() }), absent: "evidence pack" },
  answers: {
    200: {
      description: "The pack",
      headers: { etag: "The SHA-256 of the pack, in quotes" },
      content: { type: "application/x-tar", schema: z.string().meta({ format: "binary" }) },
    },
    206: {
      description: "The range asked for",
      content: { type: "application/x-tar", schema: z.string().meta({ format: "binary" }) },
    },
    304: { description: "The reader has it already" },
    416: { description: "The range is beyond its end" },
  },
});
