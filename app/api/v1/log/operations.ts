import { z } from "zod";
import { LogKeyListJson } from "#server/engines/merkle/key-list-file.ts";
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

export const readKeys = operation({
  id: "log.keys",
  method: "GET",
  path: "/api/v1/log/{tenant}/keys",
  tag: TAG,
  summary: "Read the keys that sign a tenant's log, now and before",
  description:
    "Each verifier key with the tree sizes and the time that it signs, its state, and the note by which the key before handed over to it, signed by both. Whoever holds one of the keys follows the handovers to the others: `log verify --keys`.",
  access: { by: "session", scope: "runtime.audit.read" },
  params: { schema: z.object({ tenant: z.string() }), absent: "tenant" },
  answers: {
    200: {
      description: "The keys, from the first on",
      content: {
        type: "application/json",
        schema: LogKeyListJson,
        example: {
          origin: "omantel.console.local/acme-shop",
          keys: [
            {
              number: 1,
              vkey: "omantel.console.local/acme-shop+0376f2e3+AY…",
              state: "current",
              firstSize: "0",
              lastSize: null,
              from: "2026-01-04T06:00:00.000Z",
              to: null,
              overlapUntil: null,
              handover: null,
              ending: null,
            },
          ],
        },
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
