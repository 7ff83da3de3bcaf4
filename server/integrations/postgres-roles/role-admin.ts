import type pg from "pg";
import { escapeIdentifier, escapeLiteral } from "pg";
import { scramVerifier } from "#server/platform/db/scram-verifier.ts";
import type { SecretValue } from "#server/platform/secret-value.ts";
import { classifyFailure } from "./classify-failure.ts";
import { close, connectWithScram } from "./guarded-client.ts";
import type { PostgresTarget, TargetLogin, TargetOutcome } from "./postgres-target.ts";

export interface RoleState {
  exists: boolean;
  canLogin: boolean;
  sessions: number;
}

const SESSIONS_GONE_WITHIN_MILLIS = 5_000;

/** Gives a role a new password and the right to log in. Doing it again with the same value is harmless. */
export async function applyStandby(
  target: PostgresTarget,
  rotator: TargetLogin,
  role: string,
  password: SecretValue,
): Promise<TargetOutcome> {
  const verifier = verifierOf(password);
  return asRotator(target, rotator, async (client) => {
    await client.query(
      `ALTER ROLE ${escapeIdentifier(role)} LOGIN PASSWORD ${escapeLiteral(verifier)}`,
    );
    return {};
  });
}

/** Takes a role's login and password away and ends its sessions. `sessions` is how many were ended. */
export async function lockRole(
  target: PostgresTarget,
  rotator: TargetLogin,
  role: string,
): Promise<TargetOutcome<{ sessions: number }>> {
  return asRotator(target, rotator, async (client) => {
    await client.query(`ALTER ROLE ${escapeIdentifier(role)} NOLOGIN PASSWORD NULL`);
    const ended = await client.query(
      "SELECT pg_terminate_backend(pid, $2) FROM pg_stat_activity WHERE usename = $1 AND pid <> pg_backend_pid()",
      [role, SESSIONS_GONE_WITHIN_MILLIS],
    );
    const left = await stateOf(client, role);
    if (left.sessions > 0) throw new Error(`${left.sessions} sessions of the role are still open`);
    return { sessions: ended.rowCount ?? 0 };
  });
}

export async function readRoleState(
  target: PostgresTarget,
  rotator: TargetLogin,
  role: string,
): Promise<TargetOutcome<RoleState>> {
  return asRotator(target, rotator, (client) => stateOf(client, role));
}

/** What Postgres stores instead of the password. ASCII only: SASLprep is not applied. */
function verifierOf(password: SecretValue): string {
  const plain = password.reveal();
  if (!/^[\x21-\x7e]+$/.test(plain)) throw new Error("a password must be printable ASCII");
  return scramVerifier(plain);
}

async function stateOf(client: pg.Client, role: string): Promise<RoleState> {
  const { rows } = await client.query<{ can_login: boolean; sessions: number }>(
    `SELECT rolcanlogin AS can_login,
            (SELECT count(*)::int FROM pg_stat_activity WHERE usename = rolname) AS sessions
     FROM pg_roles WHERE rolname = $1`,
    [role],
  );
  const found = rows[0];
  if (!found) return { exists: false, canLogin: false, sessions: 0 };
  return { exists: true, canLogin: found.can_login, sessions: found.sessions };
}

/** Does something as the login that may alter the roles, and says what became of it. */
export async function asRotator<Done extends object>(
  target: PostgresTarget,
  rotator: TargetLogin,
  work: (client: pg.Client) => Promise<Done>,
): Promise<TargetOutcome<Done>> {
  try {
    const client = await connectWithScram(target, rotator);
    try {
      return { kind: "done", ...(await work(client)) };
    } finally {
      await close(client);
    }
  } catch (error) {
    return classifyFailure(error);
  }
}
