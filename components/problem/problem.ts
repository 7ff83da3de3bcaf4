import type { AppErrorCode } from "#server/platform/errors/app-error.ts";

/** Why something can't be shown or done, as the server says it. */
export interface Problem {
  code: AppErrorCode | "internal" | "network";
  message: string;
  traceId?: string | undefined;
  /** Its sentence in other languages: a key below `refusals` or of `queryProblems`, and what the sentence names. */
  said?: { key: string; args?: Readonly<Record<string, string | number>> } | undefined;
}

/** The codes whose sentence is ours; the others carry what the server says about this very case. */
export const WORDED = [
  "unauthenticated",
  "not_found",
  "rate_limited",
  "unavailable",
  "elevation_required",
  "step_up_required",
  "network",
  "internal",
] as const;

export type WordedCode = (typeof WORDED)[number];

/** Whether the sentence for a problem comes from our messages. */
export function isWorded(code: Problem["code"]): code is WordedCode {
  return (WORDED as readonly string[]).includes(code);
}

/** What a failed call of the tRPC client means; anything unknown means that nobody answered. */
export function problemOf(error: unknown): Problem {
  const app = (error as { data?: { app?: Problem } | null } | null)?.data?.app;
  return app ?? { code: "network", message: "" };
}
