import "server-only";
import { checkedQuery } from "#server/features/evidence/checked-query.ts";
import { EventExport } from "#server/features/evidence/event-export.ts";
import type { ExportFormat } from "#server/features/evidence/schema.ts";
import { beginExport } from "#server/features/evidence/verbs/begin-export.ts";
import { recordExport } from "#server/features/evidence/verbs/record-export.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import { runVerb } from "#server/platform/verb.ts";
import { type SessionCall, sessionCall } from "../session-call.ts";

/** How often the session is looked at again, and the log told that the export still streams. */
const LOOK_MILLIS = 15_000;

const TYPES: Record<ExportFormat, string> = {
  csv: "text/csv; charset=utf-8; header=present",
  ndjson: "application/x-ndjson; charset=utf-8",
};

/**
 * Streams the events that fit, a batch when the reader has taken the one before. What it is of is fixed and
 * audited first; that it ended, or broke off and where, is audited too.
 */
export async function exportEventsResponse(
  request: Request,
  tenant: string,
  { query, format }: { query: string; format: ExportFormat },
): Promise<Response> {
  const call = await sessionCall(request, tenant, "runtime.audit.export");
  const begun = await runVerb(beginExport, call.caller, { query, format });
  const events = new EventExport({
    tenant: call.caller.tenant,
    condition: checkedQuery(query, begun.asOf),
    format,
    treeSize: Number(begun.treeSize),
  });
  return new Response(streamOf(events, call, begun.exportId), {
    headers: {
      "content-type": TYPES[format],
      "content-disposition": `attachment; filename="events-${tenant}-${begun.asOf.toISOString().slice(0, 10)}.${format}"`,
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "x-tree-size": begun.treeSize,
    },
  });
}

type Cause = "reader-gone" | "session-ended" | "error";

function streamOf(
  events: EventExport,
  { caller, again }: SessionCall,
  exportId: string,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let lookedAt = performance.now();
  const record = (state: "begun" | "ended" | "aborted", cause?: Cause) =>
    runVerb(recordExport, caller, {
      exportId,
      state,
      entries: events.entries,
      events: events.events,
      ...(cause ? { cause } : {}),
    });
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          if (performance.now() - lookedAt > LOOK_MILLIS) {
            await again();
            await record("begun");
            lookedAt = performance.now();
          }
          const lines = await events.nextLines();
          if (lines !== undefined) return controller.enqueue(encoder.encode(lines));
          await record("ended");
          controller.close();
        } catch (error) {
          logger.warn({ exportId, err: error }, "export broken off");
          const isEnded = error instanceof AppError && error.code !== "unavailable";
          await record("aborted", isEnded ? "session-ended" : "error").catch(() => undefined);
          controller.error(error);
        }
      },
      async cancel() {
        await record("aborted", "reader-gone");
      },
    },
    { highWaterMark: 0 },
  );
}
