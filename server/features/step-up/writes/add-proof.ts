import "server-only";
import { uuidv7 } from "uuidv7";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { Attempt } from "../attempt-rows.ts";

/** How long a proof can be used at most; a verb may ask for a fresher one. */
const PROOF_SECONDS = 5 * 60;

export interface NewProof {
  readonly method: "oidc" | "webauthn";
  readonly acr: string | null;
  readonly amr: readonly string[];
  readonly keyId: string | null;
  /** Null: now. */
  readonly authTimeSeconds: number | null;
}

/** Ends an attempt as proved: for verbs only. Gives the proof's id and the event that tells of it. */
export async function addProof(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  attempt: Attempt,
  proof: NewProof,
): Promise<{ proofId: string; event: AuditEventDraft }> {
  const proofId = uuidv7();
  const eventId = uuidv7();
  await tx.query(
    `INSERT INTO step_up_proof (tenant_id, proof_id, attempt_id, issuer, subject, session_id, act, digest, method, acr, amr,
       key_id, auth_time, made_at, expires_at, event_id)
     SELECT $1, $2, $3, $4, $5, $6, $7, decode($8, 'hex'), $9, $10, $11, $12, coalesce(to_timestamp($13), now), now,
       now + make_interval(secs => ${PROOF_SECONDS}), $14
     FROM clock_timestamp() AS now`,
    [
      tenant,
      proofId,
      attempt.attemptId,
      attempt.issuer,
      attempt.subject,
      attempt.sessionId,
      attempt.act,
      attempt.digest,
      proof.method,
      proof.acr,
      [...proof.amr],
      proof.keyId,
      proof.authTimeSeconds,
      eventId,
    ],
  );
  const { method, acr, keyId } = proof;
  return {
    proofId,
    event: {
      eventId,
      type: "runtime.identity.stepped-up",
      subject: `step-up-proof/${proofId}`,
      payload: {
        act: attempt.act,
        digest: attempt.digest,
        method,
        amr: [...proof.amr],
        ...(acr === null ? {} : { acr }),
        ...(keyId === null ? {} : { securityKey: keyId }),
      },
    },
  };
}
