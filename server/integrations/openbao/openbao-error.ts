/**
 * - `sealed`, `standby`: OpenBao said it cannot serve; nothing was done.
 * - `permission_denied`: the token lacks the capability, or is no longer valid.
 * - `not_found`: no such key, version, mount or namespace.
 * - `cas_mismatch`: the key moved on since it was read; nothing was done.
 * - `invalid`: OpenBao refused the request itself; nothing was done.
 * - `issuer_retired`: an authority that may not issue certificates any more; nothing was done.
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
  "issuer_retired",
  "rate_limited",
  "unreachable",
  "outcome_unknown",
] as const;

export type OpenBaoFailure = (typeof OPENBAO_FAILURES)[number];

/**
 * What more can be told of a failure:
 * - `malformed`: a success whose body is no JSON, or not of the promised shape (a half answer).
 * - `contradiction`: an answer at odds with what OpenBao said before (a version that went back).
 * - `background_retry`: OpenBao failed and says that it goes on trying by itself.
 * - `missing_route`: with `not_found`: not the thing is absent but its mount, namespace or feature.
 */
export type OpenBaoOddity = "malformed" | "contradiction" | "background_retry" | "missing_route";

const ODDITY_TEXT: Record<OpenBaoOddity, string> = {
  malformed: " (not a whole answer)",
  contradiction: " (contradicts what it said before)",
  background_retry: " (it goes on trying in the background)",
  missing_route: " (nothing answers at that path)",
};

/** A failed call. Its message holds the operation and OpenBao's status, never a body or a value. */
export class OpenBaoError extends Error {
  readonly failure: OpenBaoFailure;
  readonly status: number | null;
  readonly oddity: OpenBaoOddity | null;

  constructor(
    failure: OpenBaoFailure,
    operation: string,
    status: number | null,
    detail = "",
    oddity: OpenBaoOddity | null = null,
  ) {
    super(`OpenBao ${operation}: ${failure}${status ? ` (HTTP ${status})` : ""}${detail}`);
    this.name = "OpenBaoError";
    this.failure = failure;
    this.status = status;
    this.oddity = oddity;
  }

  /** Whether it is certain that the call changed nothing. */
  get changedNothing(): boolean {
    return this.failure !== "outcome_unknown";
  }
}

/** An answer that can't be built on: what was asked for may or may not have been done. */
export function oddAnswer(
  operation: string,
  oddity: OpenBaoOddity,
  status: number | null = null,
): OpenBaoError {
  return new OpenBaoError("outcome_unknown", operation, status, ODDITY_TEXT[oddity], oddity);
}
