import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** Postgres refuses to run as root, so root starts it as this account; anyone else as themselves. */
export interface OperatingAccount {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
}

function lookUp(name: string): OperatingAccount | undefined {
  const [uid, gid] = ["-u", "-g"].map((flag) =>
    spawnSync("id", [flag, name], { encoding: "utf8" }).stdout?.trim(),
  );
  return uid && gid ? { uid: Number(uid), gid: Number(gid), name } : undefined;
}

/** The account to start Postgres as, or undefined when the current one will do (it is not root). */
export function operatingAccount(): OperatingAccount | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const found = lookUp("postgres");
  if (found) return found;
  spawnSync("useradd", ["--system", "--user-group", "--no-create-home", "postgres"]);
  const account = lookUp("postgres") ?? lookUp("nobody");
  if (account) return account;
  throw new Error(
    "Postgres cannot run as root and no account `postgres` could be made: " +
      "run the same command as an ordinary user, or create that account.",
  );
}

/** True when the account may pass through every directory above (and including) this one. */
export function canReach(account: OperatingAccount, directory: string): boolean {
  for (let path = resolve(directory); ; path = dirname(path)) {
    const { mode, uid, gid } = statSync(path);
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (path === dirname(path)) return true;
  }
}
