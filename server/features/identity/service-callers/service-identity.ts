import type { Principal } from "#server/platform/actor.ts";
import type { Scope } from "#server/platform/authz/scopes.ts";

/** Who a verified token of the HTTP API was issued to. */
export interface ServiceIdentity {
  readonly issuer: string;
  /** The client's own subject, or the acting client of a token that a person delegated. */
  readonly subject: string;
  readonly realm: string;
  readonly tenants: readonly string[];
  readonly roles: readonly string[];
  readonly scopes: ReadonlySet<Scope>;
  /** The person behind the caller, from a verified claim only (law 9). */
  readonly human: Principal | "unknown";
}
