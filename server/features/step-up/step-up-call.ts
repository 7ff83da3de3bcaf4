import "server-only";
import { uuidv7 } from "uuidv7";
import { freshSession, sessionFromRequest } from "#server/features/identity/index.ts";
import type { Caller } from "#server/platform/actor.ts";
import { type Denial, recordDenial } from "#server/platform/audit/record-denial.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { countCall } from "#server/platform/ratelimit/rate-limit.ts";
import { traceparentOf } from "#server/platform/telemetry/trace.ts";
import { callerAtHome, guardTenant } from "#server/platform/tenancy/guard.ts";
import type { SessionView } from "#server/platform/tenancy/session-view.ts";

/** A signed-in browser that calls one of the step-up routes. */
export interface StepUpCall {
  readonly session: SessionView;
  /** The caller in this tenant, behind the tenant guard. */
  caller(tenant: string | null): Caller;
  /** A refusal that belongs to no attempt of the caller's: it stands in his own log (law 5). */
  deny(denial: Denial): Promise<void>;
}

/** Roles are fresh, as before every change (law 10). Throws `unauthenticated` or `rate_limited`. */
export async function stepUpCall(request: Request): Promise<StepUpCall> {
  const known = await sessionFromRequest(request);
  if (!known) {
    throw new AppError("unauthenticated", "You are not signed in, or your session has ended.", {
      remedy: "Sign in again.",
    });
  }
  await countCall("principal", `${known.issuer}|${known.subject}`);
  const session = await freshSession(known);
  const facts = {
    traceparent: traceparentOf(request.headers.get("traceparent")),
    requestId: uuidv7(),
  };
  return {
    session,
    caller: (tenant) => guardTenant(session, tenant, facts),
    deny: (denial) => recordDenial(callerAtHome(session, facts), denial),
  };
}
