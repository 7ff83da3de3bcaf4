import "server-only";
import { scopesOfRoles } from "#server/platform/authz/scopes.ts";
import { identityPool } from "#server/platform/db/identity-pool.ts";
import type { SessionView } from "#server/platform/tenancy/session-view.ts";
import type { Grants } from "./grants.ts";
import { SESSION_SECONDS } from "./session-cookie.ts";
import { decryptFor, encryptFor } from "./token-cipher.ts";

export type EndReason =
  | "signed_out"
  | "back_channel"
  | "expired"
  | "refresh_refused"
  | "replaced"
  | "tenant_closed";

export interface SessionTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly idToken: string;
  readonly accessExpiresInSeconds: number;
}

export interface NewSession extends SessionTokens {
  readonly sessionId: string;
  readonly realm: string;
  readonly issuer: string;
  readonly sid: string | null;
  readonly acr: string | null;
  readonly authTimeSeconds: number;
  readonly grants: Grants;
}

/** A live session as the database's clock sees it. */
export interface LiveSession extends SessionView {
  /** Its roles were read more than a minute ago (law 10). */
  readonly isStale: boolean;
  readonly isAccessExpired: boolean;
  /** The identity provider just failed to answer; do not ask again yet. */
  readonly isBackingOff: boolean;
}

interface Row {
  session_id: string;
  realm: string;
  issuer: string;
  subject: string;
  display_enc: Buffer;
  tenants: string[];
  roles: string[];
  acr: string | null;
  auth_time: Date;
  is_stale: boolean;
  is_access_expired: boolean;
  is_backing_off: boolean;
}

export const ROLES_FRESH_SECONDS = 60;

/** Of a session, by the database's clock. A tenant that is not open is nobody's (ADR 33). */
export const LIVE_COLUMNS = `session_id, realm, issuer, subject, display_enc, app.open_tenants(tenants) AS tenants, roles, acr, auth_time,
  roles_checked_at <= clock_timestamp() - make_interval(secs => ${ROLES_FRESH_SECONDS}) AS is_stale,
  access_expires_at <= clock_timestamp() AS is_access_expired,
  refresh_lease_owner IS NULL AND coalesce(refresh_lease_until > clock_timestamp(), false) AS is_backing_off`;
export const IS_LIVE = "ended_at IS NULL AND expires_at > clock_timestamp()";

export async function insertSession(session: NewSession): Promise<void> {
  const { sessionId, grants } = session;
  const sealed = (column: string, text: string) => encryptFor(sessionId, column, text);
  await identityPool().query(
    `INSERT INTO session (session_id, realm, issuer, subject, sid, display_enc, tenants, roles, scopes, acr,
       auth_time, access_token_enc, refresh_token_enc, id_token_enc, access_expires_at, roles_checked_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, to_timestamp($11), $12, $13, $14,
       clock_timestamp() + make_interval(secs => $15), clock_timestamp(),
       clock_timestamp() + make_interval(secs => $16))`,
    [
      sessionId,
      session.realm,
      session.issuer,
      grants.subject,
      session.sid,
      sealed("display", JSON.stringify({ name: grants.displayName })),
      grants.tenants,
      grants.roles,
      [...grants.scopes].sort(),
      session.acr,
      session.authTimeSeconds,
      sealed("access_token", session.accessToken),
      sealed("refresh_token", session.refreshToken),
      sealed("id_token", session.idToken),
      session.accessExpiresInSeconds,
      SESSION_SECONDS,
    ],
  );
}

/** The session when it is neither ended nor expired. */
export async function liveSession(sessionId: string): Promise<LiveSession | null> {
  const { rows } = await identityPool().query<Row>(
    `SELECT ${LIVE_COLUMNS} FROM session WHERE session_id = $1 AND ${IS_LIVE}`,
    [sessionId],
  );
  return rows[0] ? liveViewOf(rows[0]) : null;
}

/** The newest live session of a person, for those who must be asked about while they are away. */
export async function newestSessionOf(
  issuer: string,
  subject: string,
): Promise<LiveSession | null> {
  const { rows } = await identityPool().query<Row>(
    `SELECT ${LIVE_COLUMNS} FROM session WHERE issuer = $1 AND subject = $2 AND ${IS_LIVE}
     ORDER BY created_at DESC LIMIT 1`,
    [issuer, subject],
  );
  return rows[0] ? liveViewOf(rows[0]) : null;
}

/**
 * Ends a live session and forgets its tokens. Gives its ID token, for the identity provider's own
 * sign-out, or `null` when there was nothing to end.
 */
export async function endSession(
  sessionId: string,
  reason: EndReason,
): Promise<{ realm: string; idToken: string | null } | null> {
  const { rows } = await identityPool().query<{ realm: string; id_token_enc: Buffer | null }>(
    `WITH before AS (
       SELECT session_id, realm, id_token_enc FROM session
       WHERE session_id = $1 AND ended_at IS NULL FOR UPDATE
     )
     UPDATE session s SET ${ENDED("$2")} FROM before b WHERE s.session_id = b.session_id
     RETURNING b.realm, b.id_token_enc`,
    [sessionId, reason],
  );
  const row = rows[0];
  if (!row) return null;
  const idToken = row.id_token_enc ? decryptFor(sessionId, "id_token", row.id_token_enc) : null;
  return { realm: row.realm, idToken };
}

/** Ends the sessions that have no other tenant than this one. Gives how many there were. */
export async function endSessionsOf(tenant: string): Promise<number> {
  const { rowCount } = await identityPool().query(
    `UPDATE session SET ${ENDED("$2")} WHERE ended_at IS NULL AND tenants = ARRAY[$1::text]`,
    [tenant, "tenant_closed" satisfies EndReason],
  );
  return rowCount ?? 0;
}

/** Assignments that end a session; `reason` is a placeholder. */
export function ENDED(reason: string): string {
  return `ended_at = clock_timestamp(), end_reason = ${reason}, refresh_lease_owner = NULL, refresh_lease_until = NULL,
    access_token_enc = NULL, refresh_token_enc = NULL, id_token_enc = NULL`;
}

/** What a row of `LIVE_COLUMNS` says. */
export function liveViewOf(row: Row): LiveSession {
  const display = JSON.parse(decryptFor(row.session_id, "display", row.display_enc)) as {
    name: string;
  };
  return {
    sessionId: row.session_id,
    realm: row.realm,
    issuer: row.issuer,
    subject: row.subject,
    displayName: display.name,
    tenants: row.tenants,
    roles: row.roles,
    scopes: scopesOfRoles(row.roles),
    acr: row.acr,
    authTime: row.auth_time,
    isStale: row.is_stale,
    isAccessExpired: row.is_access_expired,
    isBackingOff: row.is_backing_off,
  };
}
