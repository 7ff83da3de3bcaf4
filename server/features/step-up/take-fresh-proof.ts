import "server-only";
import type { Caller } from "#server/platform/actor.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";

/** Where a person begins to prove that it is they. */
const STEP_UP_PATH = "/api/auth/step-up";

export interface ActSubject {
  /** The verb's name, e.g. `deployments.review`. */
  readonly act: string;
  /** SHA-256 of what the act is about, in 64 hexadecimal digits. */
  readonly digest: string;
}

export interface FreshProof {
  readonly proofId: string;
  readonly method: "oidc" | "webauthn";
  /** The identity provider's level; null for a security key. */
  readonly acr: string | null;
  readonly amr: readonly string[];
  readonly authTime: Date;
}

interface Wanted extends ActSubject {
  /** How long ago the factor may have been given at most, by the database's clock. */
  readonly withinSeconds: number;
  /** Only by these ways; both when left out. */
  readonly methods?: readonly FreshProof["method"][];
}

/**
 * Uses up the caller's own proof for exactly this act and digest, in the verb's transaction: when that
 * is undone, so is the use. Of two calls at once one has it. Throws `step_up_required`, naming act and
 * digest, when there is none; `forbidden` to what is no person.
 */
export async function takeFreshProof(
  tx: TenantTx,
  caller: Caller,
  { act, digest, withinSeconds, methods = ["oidc", "webauthn"] }: Wanted,
): Promise<FreshProof> {
  const { actor, tenant } = caller;
  if (actor.kind !== "user") {
    throw new AppError("forbidden", "Only a person can prove a second factor.", {
      said: { key: "people.secondFactor" },
    });
  }
  const [proof] = await tx.query<FreshProof>(
    `WITH fresh AS (
       SELECT tenant_id, proof_id FROM step_up_proof
       WHERE tenant_id = $1 AND session_id = $2 AND issuer = $3 AND subject = $4 AND act = $5
         AND digest = decode($6, 'hex') AND method = ANY ($8::text[]) AND used_at IS NULL
         AND expires_at > clock_timestamp()
         AND least(auth_time, made_at) > clock_timestamp() - make_interval(secs => $7)
       ORDER BY proof_id LIMIT 1 FOR UPDATE
     )
     UPDATE step_up_proof p SET used_at = clock_timestamp(), used_by = $9
     FROM fresh WHERE p.tenant_id = fresh.tenant_id AND p.proof_id = fresh.proof_id
     RETURNING p.proof_id AS "proofId", p.method, p.acr, p.amr, p.auth_time AS "authTime"`,
    [
      tenant,
      actor.sessionId,
      actor.issuer,
      actor.subject,
      act,
      digest,
      withinSeconds,
      [...methods],
      caller.requestId,
    ],
  );
  if (!proof) throw stepUpRequired({ act, digest, withinSeconds, methods });
  return proof;
}

function stepUpRequired(wanted: Required<Wanted>): AppError {
  return new AppError("step_up_required", "This act needs a second factor, given just now.", {
    remedy: "Prove that it is you, by a security key or at your identity provider, and try again.",
    stepUp: { ...wanted, at: STEP_UP_PATH },
  });
}
