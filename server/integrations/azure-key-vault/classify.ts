import { KeyVaultError, type KeyVaultFailure } from "./key-vault-error.ts";

/** Codes of failures from before a request was sent, or of TLS that never came up. */
const NEVER_SENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_HAS_EXPIRED",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

const DISABLED = /^(Secret|Key)Disabled$/;

/** Runs an SDK call and names its failure; nothing of the SDK's error goes on. */
export async function asKeyVaultCall<T>(operation: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof KeyVaultError ? error : classify(operation, error);
  }
}

function classify(operation: string, error: unknown): KeyVaultError {
  const { statusCode, code, name } = error as {
    statusCode?: number;
    code?: string;
    name?: string;
  };
  if (typeof statusCode === "number") {
    return new KeyVaultError(failureOf(statusCode, innerCode(error)), operation, statusCode);
  }
  // The identity could not be had: Key Vault itself was not asked.
  if (/Credential|Authentication/.test(name ?? "")) {
    return new KeyVaultError("permission_denied", operation);
  }
  const isUnsent = NEVER_SENT.has(code ?? causeCode(error));
  return new KeyVaultError(isUnsent ? "unreachable" : "outcome_unknown", operation);
}

function failureOf(status: number, inner: string): KeyVaultFailure {
  if (status === 403 && DISABLED.test(inner)) return "disabled";
  if (status === 401 || status === 403) return "permission_denied";
  if (status === 404) return "not_found";
  if (status === 409) return "conflict";
  if (status === 429) return "rate_limited";
  return status >= 400 && status < 500 ? "invalid" : "outcome_unknown";
}

/** The machine-readable reason inside the error. The SDK renames `innererror` where it parses it. */
function innerCode(error: unknown): string {
  const { details } = error as { details?: { error?: WireError | null } };
  return details?.error?.innerError?.code ?? details?.error?.innererror?.code ?? "";
}

interface WireError {
  innerError?: { code?: string } | null;
  innererror?: { code?: string } | null;
}

function causeCode(error: unknown): string {
  return (error as { cause?: { code?: string } }).cause?.code ?? "";
}
