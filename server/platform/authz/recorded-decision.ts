import "server-only";
import { uuidv7 } from "uuidv7";
import type { TenantTx } from "../db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "../tenancy/authorized-tenant.ts";
import type { PolicyDecision } from "./policy-engine.ts";

/** Records a decision with its digests, in the transaction it decides about. Returns its id. */
export async function savePolicyDecision(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  decision: PolicyDecision,
): Promise<string> {
  const decisionId = uuidv7();
  await tx.query(
    `INSERT INTO policy_decision (tenant_id, decision_id, action, outcome, policy_set_digest, schema_digest,
       engine_version, request, entities, reasons, errors, digest, decided_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, clock_timestamp())`,
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
    ],
  );
  return decisionId;
}

const WORDS: Record<string, string> = {
  "forbid-rotate-inactive": "the credential is retired or its secret is missing",
  "forbid-rotate-not-automatable":
    "this credential has no rotator, so the console cannot rotate it",
  "forbid-amend-foreign-request": "only the requester changes or withdraws a request",
  "forbid-create-tenant-elsewhere":
    "tenants are created in the Sovereign's own context, not from inside another tenant",
  "forbid-label-tenant-elsewhere":
    "labels are the Sovereign's to give, in its own context, not from inside another tenant",
  "forbid-decide-by-machine": "only people decide",
  "forbid-decide-own-request": "the requester, and the human behind a caller, never decides",
};

/** Every blocker at once, in words. */
export function wordsForDecision(decision: PolicyDecision): string {
  const blockers = [
    ...decision.reasons.map((reason) => WORDS[reason] ?? reason),
    ...decision.errors.map((error) => `the policy could not be evaluated (${error})`),
  ];
  if (blockers.length === 0) blockers.push("no policy permits it");
  return `Blocked because: ${blockers.join("; ")}.`;
}
