import "server-only";
import { createHash } from "node:crypto";
import { canonicalJson } from "#server/engines/canonical-json/canonical-json.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { PrincipalRow } from "./principal-rows.ts";

export const ACT = "break-glass.activate";
/** How old the second factor may be. */
export const PROOF_SECONDS = 300;

/** SHA-256 of the RFC 8785 JSON of what is asked for, in hexadecimal: other words are another request. */
export function requestDigest(
  tenant: AuthorizedTenantId,
  row: Pick<
    PrincipalRow,
    "principal_id" | "person_issuer" | "person_subject" | "environment" | "scopes"
  >,
  { minutes, reason }: { minutes: number; reason: string },
): string {
  const text = canonicalJson({
    act: ACT,
    tenant,
    principalId: row.principal_id,
    issuer: row.person_issuer,
    subject: row.person_subject,
    environment: row.environment,
    scopes: [...row.scopes].sort(),
    minutes,
    reason,
  });
  return createHash("sha256").update(text).digest("hex");
}
