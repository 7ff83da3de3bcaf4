import type { Scope } from "../authz/scopes.ts";

/** What the guard needs to know of a signed-in session. */
export interface SessionView {
  readonly sessionId: string;
  readonly realm: string;
  readonly issuer: string;
  readonly subject: string;
  readonly displayName: string;
  readonly tenants: readonly string[];
  readonly roles: readonly string[];
  readonly scopes: ReadonlySet<Scope>;
  readonly acr: string | null;
  readonly authTime: Date;
}
