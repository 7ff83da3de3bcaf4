import "server-only";
import { randomBytes } from "node:crypto";
import { uuidv7 } from "uuidv7";
import type { Caller } from "#server/platform/actor.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AttemptKind } from "../attempt-rows.ts";
import type { AttemptFacts } from "../attempt-values.ts";
import { personOf } from "../person-of.ts";
import type { ActSubject } from "../take-fresh-proof.ts";

/** From the question to the answer. */
const ATTEMPT_SECONDS = 10 * 60;

/** A new attempt of the caller's session. */
export async function addAttempt(
  tx: TenantTx,
  caller: Caller,
  kind: AttemptKind,
  { act, digest, returnTo }: ActSubject & { returnTo: string },
): Promise<AttemptFacts> {
  const { issuer, subject, sessionId } = personOf(caller.actor);
  const attempt = { attemptId: uuidv7(), sessionId, act, digest, seed: randomBytes(32) };
  await tx.query(
    `INSERT INTO step_up_attempt (tenant_id, attempt_id, kind, issuer, subject, session_id, act, digest, seed, return_to,
       began_at, expires_at)
     SELECT $1, $2, $3, $4, $5, $6, $7, decode($8, 'hex'), $9, $10, now, now + make_interval(secs => ${ATTEMPT_SECONDS})
     FROM clock_timestamp() AS now`,
    [
      caller.tenant,
      attempt.attemptId,
      kind,
      issuer,
      subject,
      sessionId,
      act,
      digest,
      attempt.seed,
      returnTo,
    ],
  );
  return attempt;
}
