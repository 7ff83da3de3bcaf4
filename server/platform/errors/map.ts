import "server-only";
import type { TRPC_ERROR_CODE_KEY } from "@trpc/server";
import { AppError, type AppErrorCode, type AppErrorDetails } from "./app-error.ts";

/** The one mapping of error codes to tRPC and HTTP. */
const MAP: Record<AppErrorCode, { trpc: TRPC_ERROR_CODE_KEY; http: number }> = {
  unauthenticated: { trpc: "UNAUTHORIZED", http: 401 },
  not_found: { trpc: "NOT_FOUND", http: 404 },
  forbidden: { trpc: "FORBIDDEN", http: 403 },
  elevation_required: { trpc: "FORBIDDEN", http: 403 },
  step_up_required: { trpc: "FORBIDDEN", http: 403 },
  conflict: { trpc: "CONFLICT", http: 409 },
  stale: { trpc: "CONFLICT", http: 409 },
  invalid: { trpc: "BAD_REQUEST", http: 400 },
  too_large: { trpc: "PAYLOAD_TOO_LARGE", http: 413 },
  unsupported_media_type: { trpc: "UNSUPPORTED_MEDIA_TYPE", http: 415 },
  method_not_allowed: { trpc: "METHOD_NOT_SUPPORTED", http: 405 },
  rate_limited: { trpc: "TOO_MANY_REQUESTS", http: 429 },
  unavailable: { trpc: "SERVICE_UNAVAILABLE", http: 503 },
};

export interface ErrorBody extends AppErrorDetails {
  code: AppErrorCode | "internal";
  message: string;
  traceId: string;
}

/** What a caller may see of an error. Unknown errors give the trace id and nothing else. */
export function errorBody(error: unknown, traceId: string): ErrorBody {
  const known = appErrorIn(error);
  if (!known) {
    return {
      code: "internal",
      message:
        "The console could not finish this. Nothing was changed. Try again, and name the trace id if it stays.",
      traceId,
    };
  }
  return { code: known.code, message: known.message, traceId, ...known.details };
}

export function trpcCodeOf(error: AppError): TRPC_ERROR_CODE_KEY {
  return MAP[error.code].trpc;
}

export function httpStatusOf(error: unknown): number {
  const known = appErrorIn(error);
  return known ? MAP[known.code].http : 500;
}

/** The AppError itself or the one that a framework wrapped. */
export function appErrorIn(error: unknown): AppError | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if (at instanceof AppError) return at;
    const code = (at as { code?: unknown }).code;
    // 57014: cancelled by statement_timeout; 08*, 57P*: the server went away.
    if (code === "57014")
      return new AppError("unavailable", "This took too long and was stopped.", {
        remedy: "Narrow the filter and try again.",
      });
    if (typeof code === "string" && /^(08|57P)/.test(code))
      return new AppError("unavailable", "The database is not reachable.", {
        retryAfterSeconds: 5,
      });
  }
  return undefined;
}
