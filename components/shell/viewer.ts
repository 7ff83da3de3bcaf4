import type { Scope } from "#server/platform/authz/scopes.ts";

export interface TenantName {
  /** The immutable slug: what URLs and references name. */
  id: string;
  displayName: string;
}

/** Who is looking, as the frame of the console needs to know her. */
export interface Viewer {
  displayName: string;
  /** The tenants she may enter, the current one among them. */
  tenants: readonly TenantName[];
  /** What she may do in the current tenant. */
  scopes: readonly Scope[];
}
