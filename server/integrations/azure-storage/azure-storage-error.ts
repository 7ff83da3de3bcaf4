/**
 * - `permission_denied`: our identity lacks the right, or has no valid token.
 * - `not_found`: no such account, group or subscription.
 * - `invalid`: refused for what was asked; nothing was done.
 * - `rate_limited`, `unreachable`: nothing was done.
 * - `outcome_unknown`: it left, and no trustworthy answer came back.
 */
export type AzureStorageFailure =
  | "permission_denied"
  | "not_found"
  | "invalid"
  | "rate_limited"
  | "unreachable"
  | "outcome_unknown";

/** A failed call. It holds the operation and the status, never a body: keys come in bodies. */
export class AzureStorageError extends Error {
  readonly failure: AzureStorageFailure;
  readonly status: number | null;

  constructor(failure: AzureStorageFailure, operation: string, status: number | null = null) {
    super(`Azure Storage ${operation}: ${failure}${status ? ` (HTTP ${status})` : ""}`);
    this.name = "AzureStorageError";
    this.failure = failure;
    this.status = status;
  }

  /** Whether it is certain that the call changed nothing. */
  get changedNothing(): boolean {
    return this.failure !== "outcome_unknown";
  }
}

export function failureOfStatus(status: number): AzureStorageFailure {
  if (status === 401 || status === 403) return "permission_denied";
  if (status === 404) return "not_found";
  if (status === 429) return "rate_limited";
  return status < 500 ? "invalid" : "outcome_unknown";
}

/** Codes of failures from before a request was sent, or of TLS that never came up. */
const NEVER_SENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_HAS_EXPIRED",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

export function failureOfTransport(error: unknown): AzureStorageFailure {
  const { code, cause } = error as { code?: string; cause?: { code?: string } };
  return NEVER_SENT.has(code ?? cause?.code ?? "") ? "unreachable" : "outcome_unknown";
}
