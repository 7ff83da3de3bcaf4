import "server-only";
import { randomBytes } from "node:crypto";
import { uuidv7 } from "uuidv7";
import type { Caller } from "#server/platform/actor.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { AttemptFacts } from "./attempt-values.ts";
import { personOf } from "./person-of.ts";
import type { ActSubject } from "./take-fresh-proof.ts";

/** From the question to the answer. */
export const ATTEMPT_SECONDS = 10 * 60;

export type AttemptKind = "oidc" | "webauthn" | "registration";

export interface Attempt extends AttemptFacts {
  readonly kind: AttemptKind;
  readonly issuer: string;
  readonly subject: string;
  readonly returnTo: string;
  readonly beganAt: Date;
  readonly hasEnded: boolean;
  /** By the database's clock (law 8). */
  readonly isExpired: boolean;
}

const COLUMNS = `attempt_id AS "attemptId", kind, issuer, subject, session_id AS "sessionId", act,
  encode(digest, 'hex') AS digest, seed, return_to AS "returnTo", began_at AS "beganAt",
  ended_at IS NOT NULL AS "hasEnded", expires_at <= clock_timestamp() AS "isExpired"`;

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

export async function findAttempt(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  attemptId: string,
): Promise<Attempt | undefined> {
  const [row] = await tx.query<Attempt>(
    `SELECT ${COLUMNS} FROM step_up_attempt WHERE tenant_id = $1 AND attempt_id = $2`,
    [tenant, attemptId],
  );
  return row;
}

/**
 * The caller's own attempt of this kind, locked to the end of the transaction, so that it ends once.
 * Somebody else's answers as one that does not exist.
 */
export async function lockOwnAttempt(
  tx: TenantTx,
  caller: Caller,
  attemptId: string,
  kind: AttemptKind,
): Promise<Attempt> {
  const person = personOf(caller.actor);
  await tx.query(
    "SELECT 1 FROM step_up_attempt WHERE tenant_id = $1 AND attempt_id = $2 FOR UPDATE",
    [caller.tenant, attemptId],
  );
  const attempt = await findAttempt(tx, caller.tenant, attemptId);
  const isOwn = attempt?.issuer === person.issuer && attempt.subject === person.subject;
  if (!attempt || !isOwn || attempt.kind !== kind) throw notFound("step-up attempt");
  return attempt;
}

/** Why nothing can end this attempt any more, if so. */
export function whyOver(
  attempt: Attempt,
  caller: Caller,
): "ended" | "expired" | "other-session" | null {
  if (attempt.hasEnded) return "ended";
  if (attempt.sessionId !== personOf(caller.actor).sessionId) return "other-session";
  return attempt.isExpired ? "expired" : null;
}

export async function endAttempt(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  attemptId: string,
  outcome: "proved" | "refused",
): Promise<void> {
  await tx.query(
    `UPDATE step_up_attempt SET ended_at = clock_timestamp(), outcome = $3
     WHERE tenant_id = $1 AND attempt_id = $2`,
    [tenant, attemptId, outcome],
  );
}
