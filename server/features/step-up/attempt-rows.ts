import "server-only";
import type { Caller } from "#server/platform/actor.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { AttemptFacts } from "./attempt-values.ts";
import { personOf } from "./person-of.ts";

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
