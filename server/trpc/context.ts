import "server-only";
import { TRPCError } from "@trpc/server";
import { uuidv7 } from "uuidv7";
import { countedSessionFromRequest, freshSession } from "#server/features/identity/index.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { appErrorIn, trpcCodeOf } from "#server/platform/errors/map.ts";
import { traceparentOf } from "#server/platform/telemetry/trace.ts";
import type { RequestContext } from "./init.ts";

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{8,200}$/;

/** The same for tRPC's own handler: a refusal has its HTTP status here too. */
export async function procedureContext(headers: Headers, calls: number): Promise<RequestContext> {
  try {
    return await requestContext(headers, calls);
  } catch (error) {
    const known = appErrorIn(error);
    if (!known) throw error;
    throw new TRPCError({ code: trpcCodeOf(known), message: known.message, cause: known });
  }
}

/**
 * Reads who calls from a request of so many calls, and counts them in the same round trip. Throws
 * nothing for a missing session: procedures decide.
 */
export async function requestContext(headers: Headers, calls = 1): Promise<RequestContext> {
  const { session, counted } = await countedSessionFromRequest(headers, calls);
  const key = headers.get("idempotency-key");
  if (key !== null && !IDEMPOTENCY_KEY.test(key)) {
    throw new AppError("invalid", "Idempotency-Key: must be 8 to 200 visible ASCII characters", {
      field: "Idempotency-Key",
    });
  }
  return {
    headers,
    session,
    ...(counted ? { counted } : {}),
    requestId: uuidv7(),
    traceparent: traceparentOf(headers.get("traceparent")),
    ...(key === null ? {} : { idempotencyKey: key }),
    freshSession: async () => {
      if (!session)
        throw new AppError("unauthenticated", "You are not signed in.", {
          remedy: "Sign in again.",
        });
      return freshSession(session);
    },
  };
}
