import "server-only";

/** What other parts of the server may use of the tenants feature. */
export { ensureSovereign, ensureTenant } from "./bootstrap.ts";
export { DisplayName, TenantSlug } from "./schema.ts";
