/**
 * - `permission_denied`: our own account may not, or its token is not accepted.
 * - `not_found`: no such realm or client.
 * - `no_grace`: the realm keeps no rotated secret for this client: a rotation would end the old one at once.
 * - `invalid`: Keycloak refused the request itself.
 * - `unreachable`: the request never left; nothing was done.
 * - `outcome_unknown`: it left, and no trustworthy answer came back. Read the secret before going on.
 */
export type KeycloakAdminFailure =
  | "permission_denied"
  | "not_found"
  | "no_grace"
  | "invalid"
  | "unreachable"
  | "outcome_unknown";

/** A failed call. Its message holds the operation and the status, never a body or a value. */
export class KeycloakAdminError extends Error {
  readonly failure: KeycloakAdminFailure;
  readonly status: number | null;

  constructor(failure: KeycloakAdminFailure, operation: string, status: number | null = null) {
    super(`Keycloak ${operation}: ${failure}${status ? ` (HTTP ${status})` : ""}`);
    this.name = "KeycloakAdminError";
    this.failure = failure;
    this.status = status;
  }

  /** Whether it is certain that the call changed nothing. */
  get changedNothing(): boolean {
    return this.failure !== "outcome_unknown";
  }
}
