import type { Said } from "./said.ts";

/** Every way a call may fail, as callers see it. Mapped once to tRPC, HTTP and screen in `map.ts`. */
export const APP_ERROR_CODES = [
  "unauthenticated",
  "not_found",
  "forbidden",
  "elevation_required",
  "step_up_required",
  "conflict",
  "stale",
  "invalid",
  "too_large",
  "unsupported_media_type",
  "method_not_allowed",
  "rate_limited",
  "unavailable",
] as const;

export type AppErrorCode = (typeof APP_ERROR_CODES)[number];

export interface AppErrorDetails {
  /** Dotted path of the input field at fault, when there is one. */
  field?: string;
  /** What the caller can do next, as a sentence. */
  remedy?: string;
  /** The same in other languages. The message stays what is said where there is no such sentence. */
  said?: Said;
  /** What a fresh second factor has to be given for (`step_up_required`), and where to begin. */
  stepUp?: {
    act: string;
    digest: string;
    withinSeconds: number;
    methods: readonly ("oidc" | "webauthn")[];
    at: string;
  };
  /** Seconds after which a retry may succeed (`rate_limited`, `unavailable`). */
  retryAfterSeconds?: number;
}

/** The only error whose message may reach a caller. Its message must name no secret and no foreign id. */
export class AppError extends Error {
  readonly code: AppErrorCode;
  readonly details: AppErrorDetails;

  constructor(
    code: AppErrorCode,
    message: string,
    details: AppErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = "AppError";
    this.code = code;
    this.details = details;
  }
}

/** Foreign and absent answer alike (law 12): the message depends on the asked-for kind only. */
export function notFound(kind: string): AppError {
  return new AppError("not_found", `No such ${kind}.`);
}
