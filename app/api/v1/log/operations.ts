import { z } from "zod";
import { operation } from "#server/features/http-api/index.ts";

const TAG = "Transparency log";

export const readCheckpoint = operation({
  id: "log.checkpoint",
  method: "GET",
  path: "/api/v1/log/{tenant}/checkpoint",
  tag: TAG,
  summary: "Read the newest signed head of a tenant's log",
  description: "A C2SP checkpoint (tlog-tiles, `<prefix>/checkpoint`).",
  access: { by: "session", scope: "runtime.audit.read" },
  params: { schema: z.object({ tenant: z.string() }), absent: "tenant" },
  answers: {
    200: {
      description: "The signed note",
      content: {
        type: "text/plain",
        schema: z.string(),
        example:
          "omantel.console.local/acme-shop\n1042\nqj0H…=\n\n— omantel.console.local/acme-shop Az3g…\n",
      },
    },
  },
});

export const readTile = operation({
  id: "log.tile",
  method: "GET",
  path: "/api/v1/log/{tenant}/tile/{path}",
  tag: TAG,
  summary: "Read a tile or an entry bundle of a tenant's log",
  description:
    "C2SP tlog-tiles: `path` is `<L>/<N>[.p/<W>]` or `entries/<N>[.p/<W>]`, with its slashes as they are. A full one never changes.",
  access: { by: "session", scope: "runtime.audit.read" },
  params: {
    schema: z.object({ tenant: z.string(), path: z.array(z.string()).or(z.string()) }),
    absent: "tile",
  },
  answers: {
    200: {
      description: "The bytes",
      headers: { etag: "Their SHA-256, base64url in quotes" },
      content: { type: "application/octet-stream", schema: z.string().meta({ format: "binary" }) },
    },
    206: {
      description: "The range asked for",
      content: { type: "application/octet-stream", schema: z.string().meta({ format: "binary" }) },
    },
    304: { description: "The reader has it already" },
    416: { description: "The range is beyond its end" },
  },
});
