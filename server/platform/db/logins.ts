import type { Client } from "pg";
import { scramVerifier } from "./scram-verifier.ts";

/** The fixed logins of law 4: each owns nothing, bypasses nothing and is a member of nothing. */
export const APPLICATION_LOGINS = [
  "console_tenant",
  "console_overview",
  "console_worker",
  "console_search",
  "console_identity",
] as const;

export type ApplicationLogin = (typeof APPLICATION_LOGINS)[number];
export const MIGRATOR_LOGIN = "console_migrator";

/** Owners of SECURITY DEFINER functions; nobody can log in as these. */
export const FUNCTION_OWNERS = ["console_guard", "console_dispatch"] as const;

export type LoginPasswords = Record<ApplicationLogin | typeof MIGRATOR_LOGIN, string>;

/**
 * Makes or updates the cluster's roles. Needs a superuser (or CREATEROLE) connection; repeatable.
 * Postgres receives SCRAM verifiers only, so no password can reach its log (law 6).
 */
export async function ensureLogins(admin: Client, passwords: LoginPasswords): Promise<void> {
  for (const role of FUNCTION_OWNERS) await ensureRole(admin, role, "NOLOGIN");
  await ensureRole(
    admin,
    MIGRATOR_LOGIN,
    `LOGIN PASSWORD '${scramVerifier(passwords.console_migrator)}'`,
  );
  for (const login of APPLICATION_LOGINS) {
    await ensureRole(admin, login, `LOGIN PASSWORD '${scramVerifier(passwords[login])}'`);
  }
  for (const role of FUNCTION_OWNERS) await admin.query(`GRANT ${role} TO ${MIGRATOR_LOGIN}`);
}

async function ensureRole(admin: Client, role: string, attributes: string): Promise<void> {
  const found = await admin.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [role]);
  const how = found.rowCount === 0 ? "CREATE" : "ALTER";
  await admin.query(
    `${how} ROLE ${role} NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION INHERIT ${attributes}`,
  );
}
