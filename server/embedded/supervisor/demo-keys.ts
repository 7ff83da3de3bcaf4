import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  APPLICATION_LOGINS,
  type LoginPasswords,
  MIGRATOR_LOGIN,
} from "../../platform/db/logins.ts";

/** The random secret in this file, made (readable by its owner alone) on first use: 64 hex digits. */
function keyIn(directory: string, name: string): string {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, name);
  if (!existsSync(file)) {
    writeFileSync(file, randomBytes(32).toString("hex"), { mode: 0o600, flag: "wx" });
  }
  return readFileSync(file, "utf8").trim();
}

/** Every key and password of a demo installation; each is made once and then kept. */
export function demoKeys(directory: string) {
  const key = (name: string) => keyIn(directory, name);
  const logins = [...APPLICATION_LOGINS, MIGRATOR_LOGIN].map((login) => [
    login,
    key(`${login}.password`),
  ]);
  key("log-signing");
  key("openbao-token");
  return {
    postgresSuperuser: key("postgres.password"),
    logins: Object.fromEntries(logins) as LoginPasswords,
    tenantContext: key("tenant-context"),
    session: key("session"),
    payload: key("payload"),
    nextAuth: key("nextauth"),
    metrics: key("metrics-token"),
    witness: key("witness"),
    logSigningFile: join(directory, "log-signing"),
    openBaoTokenFile: join(directory, "openbao-token"),
  };
}

export type DemoKeys = ReturnType<typeof demoKeys>;
