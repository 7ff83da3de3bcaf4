import "server-only";
import { z } from "zod";
import type { Caller } from "#server/platform/actor.ts";
import { elevated } from "#server/platform/authz/production-rights.ts";
import type { RoleScope } from "#server/platform/authz/scopes.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { traceparentOf } from "#server/platform/telemetry/trace.ts";
import { guardTenant } from "#server/platform/tenancy/guard.ts";
import { requestContext } from "#server/trpc/context.ts";
import { createCallerFactory, readProcedure, router } from "#server/trpc/init.ts";

/** A person's download: who calls, looked at again as often as asked while it streams. */
export interface SessionCall {
  caller: Caller;
  /** The caller as the session stands now; throws when it has ended or lost the tenant or the scope. */
  again(): Promise<Caller>;
}

const gates = {
  "runtime.audit.export": createCallerFactory(
    router({
      gate: readProcedure("runtime.audit.export")
        .output(z.null())
        .query(() => null),
    }),
  ),
};

/**
 * Everything that stands before a read, in the order of law 1: session, counting of calls, tenant guard, scope,
 * denials. Refuses what another site's page asks for: a link there would make somebody export, unasked.
 */
export async function sessionCall(
  request: Request,
  tenant: string,
  scope: keyof typeof gates,
): Promise<SessionCall> {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin" && site !== "none") {
    throw new AppError("forbidden", "This request did not come from the console's own pages.", {
      remedy: "Take it from the page itself.",
    });
  }
  const headers = new Headers(request.headers);
  headers.delete("idempotency-key");
  headers.set("x-tenant", tenant);
  headers.set("traceparent", traceparentOf(request.headers.get("traceparent")));
  await gates[scope](await requestContext(headers)).gate();
  const again = () => callerNow(headers, tenant, scope);
  return { caller: await again(), again };
}

async function callerNow(headers: Headers, tenant: string, scope: RoleScope): Promise<Caller> {
  // Looked at again, not another call: a download is counted once, however long it is.
  const context = await requestContext(headers, 0);
  if (!context.session) {
    throw new AppError("unauthenticated", "You are not signed in, or your session has ended.");
  }
  const caller = await elevated(guardTenant(context.session, tenant, context));
  if (!caller.scopes.has(scope)) throw new AppError("forbidden", `This needs the scope ${scope}.`);
  return caller;
}
