import "server-only";
import { randomUUID } from "node:crypto";
import { identityPool } from "#server/platform/db/identity-pool.ts";
import type { Grants } from "./grants.ts";
import { ENDED, ROLES_FRESH_SECONDS } from "./session-rows.ts";
import { decryptFor, encryptFor } from "./token-cipher.ts";

/** Longer than a refresh can take, with each of its calls at its time limit. */
const LEASE_SECONDS = 30;
const BACK_OFF_SECONDS = 3;

export interface RefreshLease {
  readonly sessionId: string;
  readonly owner: string;
  readonly refreshToken: string;
}

/** What a refresh brought. A token the issuer did not send anew stays as it was. */
export interface RefreshResult {
  readonly grants: Grants;
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly idToken: string | undefined;
  readonly accessExpiresInSeconds: number;
}

/**
 * The right to refresh a stale session, for one holder among all replicas: a rotating refresh token
 * used twice would end the session. `null` when another holds it, or there is nothing to do.
 */
export async function takeRefreshLease(sessionId: string): Promise<RefreshLease | null> {
  const owner = randomUUID();
  const { rows } = await identityPool().query<{ refresh_token_enc: Buffer }>(
    `UPDATE session SET refresh_lease_owner = $2,
       refresh_lease_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
     WHERE session_id = $1 AND ended_at IS NULL AND expires_at > clock_timestamp()
       AND roles_checked_at <= clock_timestamp() - make_interval(secs => ${ROLES_FRESH_SECONDS})
       AND (refresh_lease_until IS NULL OR refresh_lease_until <= clock_timestamp())
     RETURNING refresh_token_enc`,
    [sessionId, owner],
  );
  const sealed = rows[0]?.refresh_token_enc;
  if (!sealed) return null;
  return { sessionId, owner, refreshToken: decryptFor(sessionId, "refresh_token", sealed) };
}

/** Stores what the refresh brought; false when the session ended or the lease was lost meanwhile. */
export async function storeRefresh(lease: RefreshLease, result: RefreshResult): Promise<boolean> {
  const sealed = (column: string, text: string | undefined) =>
    text === undefined ? null : encryptFor(lease.sessionId, column, text);
  const { rowCount } = await identityPool().query(
    `UPDATE session SET tenants = $3, roles = $4, scopes = $5, display_enc = $6,
       access_token_enc = $7, refresh_token_enc = coalesce($8, refresh_token_enc),
       id_token_enc = coalesce($9, id_token_enc),
       access_expires_at = clock_timestamp() + make_interval(secs => $10),
       roles_checked_at = clock_timestamp(), refresh_lease_owner = NULL, refresh_lease_until = NULL
     WHERE session_id = $1 AND refresh_lease_owner = $2 AND ended_at IS NULL`,
    [
      lease.sessionId,
      lease.owner,
      result.grants.tenants,
      result.grants.roles,
      [...result.grants.scopes].sort(),
      sealed("display", JSON.stringify({ name: result.grants.displayName })),
      sealed("access_token", result.accessToken),
      sealed("refresh_token", result.refreshToken),
      sealed("id_token", result.idToken),
      result.accessExpiresInSeconds,
    ],
  );
  return rowCount === 1;
}

/** The issuer refused: the session is over. */
export async function endRefused(lease: RefreshLease): Promise<void> {
  await identityPool().query(
    `UPDATE session SET ${ENDED("'refresh_refused'")}
     WHERE session_id = $1 AND refresh_lease_owner = $2 AND ended_at IS NULL`,
    [lease.sessionId, lease.owner],
  );
}

/** The issuer did not answer: let others try again after a pause, without asking it on every call. */
export async function backOff(lease: RefreshLease): Promise<void> {
  await identityPool().query(
    `UPDATE session SET refresh_lease_owner = NULL,
       refresh_lease_until = clock_timestamp() + make_interval(secs => ${BACK_OFF_SECONDS})
     WHERE session_id = $1 AND refresh_lease_owner = $2`,
    [lease.sessionId, lease.owner],
  );
}
