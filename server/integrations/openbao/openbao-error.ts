/**
 * - `sealed`, `standby`: OpenBao said it cannot serve; nothing was done.
 * - `permission_denied`: the token lacks the capability, or is no longer valid.
 * - `not_found`: no such key, version, mount or namespace.
 * - `cas_mismatch`: the key moved on since it was read; nothing was done.
 * - `invalid`: OpenBao refused the request itself; nothing was done.
 * - `rate_limited`: a quota refused the request; nothing was done.
 * - `unreachable`: the request never left; nothing was done.
 * - `outcome_unknown`: it left, and no trustworthy answer came back. Ask before going on.
 */
export const OPENBAO_FAILURES = [
  "sealed",
  "standby",
  "permission_denied",
  "not_found",
  "cas_mismatch",
  "invalid",
  "rate_limited",
  "unreachable",
  "outcome_unknown",
] as const;

export type OpenBaoFailure = (typeof OPENBAO_FAILURES)[number];

/** A failed call. Its message holds the operation and OpenBao's status, never a body or a value. */
export class OpenBaoError extends Error {
  readonly failure: OpenBaoFailure;
  readonly status: number | null;

  constructor(failure: OpenBaoFailure, operation: string, status: number | null, detail = "") {
    super(`OpenBao ${operation}: ${failure}${status ? ` (HTTP ${status})` : ""}${detail}`);
    this.name = "OpenBaoError";
    this.failure = failure;
    this.status = status;
  }

  /** Whether it is certain that the call changed nothing. */
  get changedNothing(): boolean {
    return this.failure !== "outcome_unknown";
  }
}
