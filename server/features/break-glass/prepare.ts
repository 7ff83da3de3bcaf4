import "server-only";
import type { z } from "zod";
import { isSameIdentity } from "#server/features/approvals/index.ts";
import type { Caller } from "#server/platform/actor.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { findPrincipal } from "./principal-rows.ts";
import { ACT, PROOF_SECONDS, requestDigest } from "./request-digest.ts";
import type { BreakGlassPrepared, BreakGlassRequest } from "./schema.ts";

/** What the second factor has to be given for; another's declaration is as absent as none. */
export async function prepareBreakGlass(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  input: z.output<typeof BreakGlassRequest>,
  { actor }: Caller,
): Promise<z.input<typeof BreakGlassPrepared>> {
  const row = await findPrincipal(tx, tenant, input.principalId);
  const person = row && { issuer: row.person_issuer, subject: row.person_subject };
  if (!person || !("issuer" in actor) || !isSameIdentity(actor, person)) {
    throw notFound("break-glass principal");
  }
  return { act: ACT, digest: requestDigest(tenant, row, input), withinSeconds: PROOF_SECONDS };
}
