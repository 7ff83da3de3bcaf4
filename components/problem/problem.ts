import type { AppErrorCode } from "#server/platform/errors/app-error.ts";
import type { Said } from "#server/platform/errors/said.ts";

/** Why something can't be shown or done, as the server says it. */
export interface Problem {
  code: AppErrorCode | "internal" | "network";
  message: string;
  traceId?: string | undefined;
  /** Its sentence in other languages. */
  said?: Said | undefined;
}

/** What a failed call of the tRPC client means; anything unknown means that nobody answered. */
export function problemOf(error: unknown): Problem {
  const app = (error as { data?: { app?: Problem } | null } | null)?.data?.app;
  return app ?? { code: "network", message: "" };
}
