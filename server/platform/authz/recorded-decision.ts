import "server-only";
import { uuidv7 } from "uuidv7";
import type { TenantTx } from "../db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "../tenancy/authorized-tenant.ts";
import { policyTexts } from "./policy-engine.ts";
import type { PolicyDecision } from "./policy-request.ts";

/** Records a decision with its digests, in the transaction it decides about. Returns its id. */
export async function savePolicyDecision(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  decision: PolicyDecision,
): Promise<string> {
  const decisionId = uuidv7();
  const [stored] = await tx.query<{ texts: number }>(
    `WITH made AS (INSERT INTO policy_decision (tenant_id, decision_id, action, outcome, policy_set_digest, schema_digest,
       engine_version, request, entities, reasons, errors, digest, engine, exchange, decided_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, clock_timestamp()))
     SELECT count(*)::int AS texts FROM policy_set WHERE tenant_id = $1 AND digest IN ($5, $6)`,
    [
      tenant,
      decisionId,
      decision.action,
      decision.outcome,
      decision.policySetDigest,
      decision.schemaDigest,
      decision.engineVersion,
      decision.request,
      decision.entities,
      decision.reasons,
      decision.errors,
      decision.digest,
      decision.engine,
      decision.exchange,
    ],
  );
  if (stored?.texts !== 2) await storeTexts(tx, tenant);
  return decisionId;
}

/** Rules change; what a decision was made from stays, so that it can be made again (law 11). */
async function storeTexts(tx: TenantTx, tenant: AuthorizedTenantId): Promise<void> {
  const { policySet, schema } = policyTexts();
  await tx.query(
    `INSERT INTO policy_set (tenant_id, digest, body)
     SELECT $1, sha256(convert_to(body, 'UTF8')), body FROM unnest($2::text[]) AS body
     ON CONFLICT (tenant_id, digest) DO NOTHING`,
    [tenant, [policySet, schema]],
  );
}
