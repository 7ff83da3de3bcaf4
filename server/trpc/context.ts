import "server-only";
import { uuidv7 } from "uuidv7";
import { freshSession, sessionFromRequest } from "#server/features/identity/index.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { traceparentOf } from "#server/platform/telemetry/trace.ts";
import type { RequestContext } from "./init.ts";

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{8,200}$/;

/** Reads who calls from a request. Throws nothing for a missing session: procedures decide. */
export async function requestContext(headers: Headers): Promise<RequestContext> {
  const session = await sessionFromRequest(headers);
  const key = headers.get("idempotency-key");
  if (key !== null && !IDEMPOTENCY_KEY.test(key)) {
    throw new AppError("invalid", "Idempotency-Key: must be 8 to 200 visible ASCII characters", {
      field: "Idempotency-Key",
    });
  }
  return {
    headers,
    session,
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
