import { createHmac, type KeyObject } from "node:crypto";

export type ContextKind = "tenant" | "worker" | "search" | "overview";

/**
 * The tenant context as the database verifies it (app.verified_tenants):
 * `v1|kind|tenants|expiry ms|backend pid|hmac-sha256`. Bound to one backend and short-lived,
 * so that a copy seen elsewhere opens nothing.
 */
export function signContext(
  key: Buffer | KeyObject,
  kind: ContextKind,
  tenants: readonly string[],
  expiresAtMillis: number,
  backendPid: number,
): string {
  const body = `v1|${kind}|${tenants.join(",")}|${Math.trunc(expiresAtMillis)}|${backendPid}`;
  return `${body}|${createHmac("sha256", key).update(body).digest("hex")}`;
}
