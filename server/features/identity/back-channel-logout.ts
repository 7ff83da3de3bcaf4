import "server-only";
import type pg from "pg";
import { z } from "zod";
import { verifyJwt } from "#server/integrations/keycloak/verify-jwt.ts";
import { identityPool } from "#server/platform/db/identity-pool.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { withLimitedBody } from "#server/platform/http/limited-body.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import { type RealmConfig, realmNamed } from "./config.ts";
import { identityConfig } from "./identity-config.ts";
import { ENDED } from "./session-rows.ts";
import { recordSignedOut, type SignedPerson } from "./sign-in-audit.ts";
import { decryptFor } from "./token-cipher.ts";

const MAX_BYTES = 32 * 1024;
const MAX_AGE_SECONDS = 5 * 60;
const EVENT = "http://schemas.openid.net/event/backchannel-logout";
/** Keycloak has used both; what tells a logout token apart is its `events` claim. */
const TYPES = ["logout+jwt", "application/logout+jwt", "jwt"];

const LogoutClaims = z
  .object({
    jti: z.string().min(1).max(500),
    exp: z.number(),
    sub: z.string().min(1).optional(),
    sid: z.string().min(1).optional(),
    events: z.object({ [EVENT]: z.record(z.string(), z.unknown()) }),
    nonce: z.never().optional(),
  })
  .refine((claims) => claims.sub !== undefined || claims.sid !== undefined);

type LogoutClaims = z.infer<typeof LogoutClaims>;

/**
 * OpenID Connect Back-Channel Logout for one realm. 200 when the token was accepted, whether or not a
 * session was left to end; 400 when it does not hold or was seen before; 503 when that can't be told.
 */
export async function backChannelLogout(request: Request, realmName: string): Promise<Response> {
  try {
    const realm = realmNamed(identityConfig(), realmName);
    // As for a bad token: a stranger learns no customer's name here.
    if (!realm) return answer(400, "invalid logout token");
    const form = new URLSearchParams(await (await withLimitedBody(request, MAX_BYTES)).text());
    const claims = await logoutClaims(realm, form.get("logout_token") ?? "");
    if (!claims) return answer(400, "invalid logout token");
    const ended = await endNamedSessions(realm, claims);
    if (!ended) return answer(400, "logout token was used before");
    for (const person of ended) await recordSignedOut(realm, person, "back_channel");
    return answer(200);
  } catch (error) {
    if (error instanceof AppError && error.code === "too_large") return answer(400, "too large");
    logger.error({ err: error, realm: realmName }, "back-channel logout failed");
    return answer(503, "try again");
  }
}

async function logoutClaims(realm: RealmConfig, token: string): Promise<LogoutClaims | null> {
  try {
    const verified = await verifyJwt(token, realm.issuer, realm.clientId, {
      maxTokenAge: MAX_AGE_SECONDS,
    });
    if (!TYPES.includes((verified.type ?? "jwt").toLowerCase())) return null;
    return LogoutClaims.safeParse(verified.claims).data ?? null;
  } catch (error) {
    if (error instanceof AppError && error.code === "unauthenticated") return null;
    throw error;
  }
}

/** The sessions that ended; `null` for a token seen before. Both in one transaction, so a retry can work. */
async function endNamedSessions(
  realm: RealmConfig,
  claims: LogoutClaims,
): Promise<SignedPerson[] | null> {
  const connection = await identityPool().connect();
  try {
    await connection.query("BEGIN");
    const ended = (await isFirstUse(connection, realm, claims))
      ? await endSessions(connection, realm, claims)
      : null;
    await connection.query("COMMIT");
    connection.release();
    return ended;
  } catch (error) {
    connection.release(true);
    throw error;
  }
}

async function isFirstUse(
  connection: pg.PoolClient,
  realm: RealmConfig,
  claims: LogoutClaims,
): Promise<boolean> {
  const { rowCount } = await connection.query(
    `INSERT INTO logout_token_seen (issuer, jti, expires_at)
     VALUES ($1, $2, to_timestamp($3) + interval '10 minutes') ON CONFLICT DO NOTHING`,
    [realm.issuer, claims.jti, claims.exp],
  );
  return rowCount === 1;
}

/** The `sid`'s session, or all of the subject's at this issuer when the token names no session. */
async function endSessions(
  connection: pg.PoolClient,
  realm: RealmConfig,
  claims: LogoutClaims,
): Promise<SignedPerson[]> {
  const { rows } = await connection.query<{
    session_id: string;
    subject: string;
    display_enc: Buffer;
    roles: string[];
  }>(
    `UPDATE session SET ${ENDED("'back_channel'")}
     WHERE issuer = $1 AND ended_at IS NULL
       AND ($2::text IS NULL OR sid = $2) AND ($3::text IS NULL OR subject = $3)
     RETURNING session_id, subject, display_enc, roles`,
    [realm.issuer, claims.sid ?? null, claims.sub ?? null],
  );
  return rows.map((row) => ({
    sessionId: row.session_id,
    issuer: realm.issuer,
    subject: row.subject,
    displayName: JSON.parse(decryptFor(row.session_id, "display", row.display_enc)).name,
    roles: row.roles,
  }));
}

function answer(status: number, problem?: string): Response {
  const body = problem ? { error: "invalid_request", error_description: problem } : null;
  return new Response(body ? JSON.stringify(body) : null, {
    status,
    headers: { "cache-control": "no-store", "content-type": "application/json" },
  });
}
