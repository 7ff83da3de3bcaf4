import "server-only";

declare const authorized: unique symbol;
declare const authorizedSet: unique symbol;

/** A tenant that somebody was checked for. Every query function requires one (law 3). */
export type AuthorizedTenantId = string & { readonly [authorized]: true };

/** Tenants of a read-only overview, checked one by one against the session (law 3). */
export type AuthorizedTenantSet = readonly AuthorizedTenantId[] & {
  readonly [authorizedSet]: true;
};

const SLUG = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

export function isTenantName(text: string): boolean {
  return SLUG.test(text);
}

/**
 * Mints the brand. A structural check allows three importers only: the tenant guard of a caller,
 * the worker's entry into a row, and the system bootstrap.
 */
export function mintAuthorizedTenant(tenantId: string): AuthorizedTenantId {
  if (!SLUG.test(tenantId)) throw new TypeError("not a tenant id");
  return tenantId as AuthorizedTenantId;
}

export function mintAuthorizedTenantSet(
  tenants: readonly AuthorizedTenantId[],
): AuthorizedTenantSet {
  if (tenants.length === 0) throw new TypeError("an overview needs at least one tenant");
  return [...new Set(tenants)].sort() as unknown as AuthorizedTenantSet;
}
