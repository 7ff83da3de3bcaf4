/**
 * - `permission_denied`: the identity lacks the right, or has no valid token.
 * - `not_found`: no such secret, key or version.
 * - `disabled`: the version is there and may not be used.
 * - `conflict`: the name is being deleted or recovered.
 * - `invalid`: Key Vault refused the request itself.
 * - `rate_limited`: the vault's quota; nothing was done.
 * - `unreachable`: the request never left; nothing was done.
 * - `outcome_unknown`: it left, and no trustworthy answer came back. List versions before going on.
 */
export type KeyVaultFailure =
  | "permission_denied"
  | "not_found"
  | "disabled"
  | "conflict"
  | "invalid"
  | "rate_limited"
  | "unreachable"
  | "outcome_unknown";

/** A failed call. It keeps no cause: the SDK's errors hold the request, and with it the value. */
export class KeyVaultError extends Error {
  readonly failure: KeyVaultFailure;
  readonly status: number | null;

  constructor(failure: KeyVaultFailure, operation: string, status: number | null = null) {
    super(`Key Vault ${operation}: ${failure}${status ? ` (HTTP ${status})` : ""}`);
    this.name = "KeyVaultError";
    this.failure = failure;
    this.status = status;
  }

  /** Whether it is certain that the call changed nothing. */
  get changedNothing(): boolean {
    return this.failure !== "outcome_unknown";
  }
}
