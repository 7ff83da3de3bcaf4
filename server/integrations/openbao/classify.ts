import { OpenBaoError, type OpenBaoFailure, oddAnswer } from "./openbao-error.ts";

/** Codes of failures from before a request was sent. */
const NEVER_SENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  // TLS that never came up: whoever answered was not the one we trust.
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_HAS_EXPIRED",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

/** Names a failure by what it says about whether something was done. */
export function classifyAnswer(operation: string, status: number, errors: string[]): OpenBaoError {
  const failure = failureOf(status, errors);
  const retries = errors.some((text) => text.includes("retries will continue in the background"));
  if (failure === "outcome_unknown" && retries) {
    return oddAnswer(operation, "background_retry", status);
  }
  if (status === 404 && errors.length > 0) {
    return new OpenBaoError("not_found", operation, status, "", "missing_route");
  }
  return new OpenBaoError(failure, operation, status);
}

export function classifyTransport(operation: string, error: unknown): OpenBaoError {
  const code = codeOf(error);
  const failure = NEVER_SENT.has(code) ? "unreachable" : "outcome_unknown";
  return new OpenBaoError(failure, operation, null, code ? ` (${code})` : "");
}

/** Engines say "no such thing" as 400 or 500 with these words; nothing was done. */
const ABSENT = [
  /^key not found$/,
  /^signing key not found$/,
  /^invalid key name$/,
  /^no existing key named /,
  /^no static role found for role name$/,
  /^unknown role: /,
  /^invalid lease$/,
  /^lease not found$/,
  /unable to find PKI issuer for reference/,
  /unable to find PKI key for reference/,
  /no default issuer currently configured/,
  /^certificate with serial .* not found\.$/,
];

/** Said of an issuer that was revoked, or whose right to issue was taken: a 500, and certain. */
const RETIRED = /requested usage issuing-certificates for issuer .* but only had usage/;

function failureOf(status: number, errors: string[]): OpenBaoFailure {
  const text = errors.join("\n");
  if (status === 503 && /sealed/i.test(text)) return "sealed";
  if (status >= 300 && status < 400) return "standby";
  if (/not active|standby/i.test(text) && status >= 500) return "standby";
  if (status === 403) return "permission_denied";
  if (status === 404) return "not_found";
  if (errors.some((error) => ABSENT.some((pattern) => pattern.test(error.trim())))) {
    return "not_found";
  }
  if (RETIRED.test(text)) return "issuer_retired";
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
