import "server-only";
import { createHash } from "node:crypto";
import { identityPool } from "#server/platform/db/identity-pool.ts";
import { issueNonce, NONCE_SECONDS, nonceAgeSeconds } from "./dpop-nonce.ts";
import type { Proof } from "./dpop-proof.ts";
import { TokenRefusal } from "./token-refusal.ts";

/** A proof is taken this long after it was made, and so much before (clocks differ). */
const PAST_SECONDS = 60;
const AHEAD_SECONDS = 15;

/** What the database's clock says (law 8). */
export async function databaseNow(): Promise<Date> {
  const { rows } = await identityPool().query<{ now: Date }>({
    name: "console_database_now",
    text: "SELECT clock_timestamp() AS now",
  });
  return (rows[0] as { now: Date }).now;
}

/**
 * Takes a proof, once for all replicas: it was made just now, carries a nonce of ours that is not old,
 * and was never seen. Gives the nonce for the next proof when it is time for a new one.
 */
export async function takeProof(proof: Proof, now: Date): Promise<{ nextNonce: string | null }> {
  const age = (now.getTime() - proof.issuedAt.getTime()) / 1000;
  if (age > PAST_SECONDS || age < -AHEAD_SECONDS) throw new TokenRefusal("proof_time");
  const nonceAge = proof.nonce === null ? null : nonceAgeSeconds(proof.nonce, now);
  if (nonceAge === null || nonceAge > NONCE_SECONDS || nonceAge < -AHEAD_SECONDS) {
    throw new TokenRefusal("proof_nonce", { nonce: issueNonce(now) });
  }
  // Kept for longer than the proof could be taken; its name only as a digest.
  const { rowCount } = await identityPool().query({
    name: "console_proof_seen",
    text: `INSERT INTO dpop_proof_seen (key_thumbprint, jti_digest, expires_at)
     VALUES ($1, $2, clock_timestamp() + interval '5 minutes') ON CONFLICT DO NOTHING`,
    values: [proof.keyThumbprint, createHash("sha256").update(proof.jti).digest()],
  });
  if (rowCount !== 1) throw new TokenRefusal("proof_replayed");
  return { nextNonce: nonceAge > NONCE_SECONDS / 2 ? issueNonce(now) : null };
}

/** Tidies up: forgets proofs that no call could carry any more. */
export async function dropOldProofs(): Promise<void> {
  await identityPool().query("DELETE FROM dpop_proof_seen WHERE expires_at <= clock_timestamp()");
}
