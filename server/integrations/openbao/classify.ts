import { OpenBaoError, type OpenBaoFailure } from "./openbao-error.ts";

/** Codes of failures from before a request was sent. */
const NEVER_SENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** Names a failure by what it says about whether something was done. */
export function classifyAnswer(operation: string, status: number, errors: string[]): OpenBaoError {
  return new OpenBaoError(failureOf(status, errors), operation, status);
}

export function classifyTransport(operation: string, error: unknown): OpenBaoError {
  const code = codeOf(error);
  const failure = NEVER_SENT.has(code) ? "unreachable" : "outcome_unknown";
  return new OpenBaoError(failure, operation, null, code ? ` (${code})` : "");
}

function failureOf(status: number, errors: string[]): OpenBaoFailure {
  const text = errors.join("\n");
  if (status === 503 && /sealed/i.test(text)) return "sealed";
  if (status >= 300 && status < 400) return "standby";
  if (/not active|standby/i.test(text) && status >= 500) return "standby";
  if (status === 403) return "permission_denied";
  if (status === 404) return "not_found";
  if (status === 429) return "rate_limited";
  if (status === 400 && text.includes("did not match the current version")) return "cas_mismatch";
  return status < 500 ? "invalid" : "outcome_unknown";
}

function codeOf(error: unknown): string {
  const own = (error as { code?: unknown }).code;
  if (typeof own === "string") return own;
  const cause = (error as { cause?: { code?: unknown } }).cause?.code;
  if (typeof cause === "string") return cause;
  return error instanceof AggregateError ? codeOf(error.errors[0]) : "";
}
