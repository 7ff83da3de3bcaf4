import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { operatingAccount } from "../../server/embedded/postgres/operating-account.ts";
import { dataDirectory, removeData } from "../../server/embedded/postgres/postgres-home.ts";
import { stopLeftover } from "../../server/embedded/postgres/stop-leftover.ts";

const NAME = /^sovereign-console-run-(\d+)-/;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Deletes a run's directory with the database that may lie in its `pg`, stopping its server first. */
export async function removeThrowaway(directory: string): Promise<void> {
  const account = operatingAccount();
  const data = join(directory, "pg");
  await stopLeftover(dataDirectory(data, account));
  removeData(data, account);
  rmSync(directory, { recursive: true, force: true });
}

/**
 * A directory of this run, named after this process. Runs that were killed before they could tidy
 * up are tidied up here, servers included.
 */
export async function throwawayDirectory(): Promise<string> {
  for (const name of readdirSync(tmpdir())) {
    const owner = NAME.exec(name)?.[1];
    if (owner && !isAlive(Number(owner))) await removeThrowaway(join(tmpdir(), name));
  }
  return mkdtempSync(join(tmpdir(), `sovereign-console-run-${process.pid}-`));
}
