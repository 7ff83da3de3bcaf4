import "server-only";
import { z } from "zod";
import { CSV_HEAD, csvLines } from "#server/features/rotation/bindings-csv.ts";
import { exportedIds } from "#server/features/rotation/exported-ids.ts";
import { exportList } from "#server/features/rotation/verbs/export-list.ts";
import type { ListBindingsInput } from "#server/features/rotation/views.ts";
import { elevated } from "#server/platform/authz/production-rights.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import { traceIdOf, traceparentOf } from "#server/platform/telemetry/trace.ts";
import { guardTenant } from "#server/platform/tenancy/guard.ts";
import { runVerb } from "#server/platform/verb.ts";
import { requestContext } from "#server/trpc/context.ts";
import { createCallerFactory, readProcedure, router } from "#server/trpc/init.ts";

/** Everything that stands before a read: session, counting of calls, tenant guard, scope, denials. */
const gateOf = createCallerFactory(
  router({
    gate: readProcedure("runtime.secrets.read")
      .output(z.null())
      .query(() => null),
  }),
);

/** Rows of one short transaction. */
const BATCH = 2_000;

/**
 * Streams the credentials that pass a filter as CSV (RFC 4180, UTF-8). The set is fixed and audited
 * first; the lines follow in short transactions, and before each the session is looked at again: one
 * that has ended breaks the download off.
 */
export async function exportResponse(
  request: Request,
  tenant: string,
  list: Partial<ListBindingsInput>,
): Promise<Response> {
  const traceparent = traceparentOf(request.headers.get("traceparent"));
  const traceId = traceIdOf(traceparent);
  const headers = new Headers(request.headers);
  headers.set("x-tenant", tenant);
  headers.set("traceparent", traceparent);
  refuseOtherSites(request);
  const context = await requestContext(headers);
  await gateOf(context).gate();
  const { bindingIds, rows, asOf } = await runVerb(
    exportList,
    await callerNow(headers, tenant),
    list,
  );
  return new Response(streamOf(bindingIds, headers, tenant, traceId), {
    headers: {
      "content-type": "text/csv; charset=utf-8; header=present",
      "content-disposition": `attachment; filename="credentials-${tenant}-${asOf.toISOString().slice(0, 10)}.csv"`,
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "x-row-count": String(rows),
    },
  });
}

/** A link on another site would make somebody export, unasked; what is exported it could not read. */
function refuseOtherSites(request: Request): void {
  const site = request.headers.get("sec-fetch-site");
  if (site === null || site === "same-origin" || site === "none") return;
  throw new AppError("forbidden", "This request did not come from the console's own pages.", {
    remedy: "Export from the page of the credentials.",
  });
}

/** The caller as the session stands now; throws when it has ended or lost the tenant or the scope. */
async function callerNow(headers: Headers, tenant: string) {
  // Looked at again, not another call: an export is counted once, however long it is.
  const context = await requestContext(headers, 0);
  if (!context.session) {
    throw new AppError("unauthenticated", "You are not signed in, or your session has ended.");
  }
  const caller = await elevated(guardTenant(context.session, tenant, context));
  if (!caller.scopes.has("runtime.secrets.read")) {
    throw new AppError("forbidden", "This needs the scope runtime.secrets.read.");
  }
  return caller;
}

function streamOf(
  bindingIds: string,
  headers: Headers,
  tenant: string,
  traceId: string,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let at = 0;
  return new ReadableStream({
    start(controller) {
      controller.enqueue(encoder.encode(CSV_HEAD));
    },
    async pull(controller) {
      const batch = exportedIds(bindingIds, at, BATCH);
      at += BATCH;
      if (batch.length === 0) return controller.close();
      try {
        const caller = await callerNow(headers, tenant);
        const lines = await withTenant(
          caller.tenant,
          "tenant",
          (tx) => csvLines(tx, caller.tenant, batch),
          { readOnly: true },
        );
        controller.enqueue(encoder.encode(lines));
      } catch (error) {
        logger.warn({ traceId, err: error }, "export broken off");
        controller.error(error);
      }
    },
  });
}
