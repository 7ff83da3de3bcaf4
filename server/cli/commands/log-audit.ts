import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { parseCosignerKey } from "#server/engines/merkle/cosigner-key.ts";
import {
  asKept,
  type FollowedKeys,
  followKeys,
  type LogKeyList,
} from "#server/engines/merkle/follow-keys.ts";
import type { LogKey } from "#server/engines/merkle/log-key.ts";
import { MerkleError } from "#server/engines/merkle/merkle-error.ts";
import type { AuditProgress } from "#server/features/audit/integrity/audit-progress.ts";
import { type Command, type CommandOutput, EXIT, UsageError } from "../command.ts";
import { readLogKeys } from "../read-log-keys.ts";

/** Progress is printed once in so long at most. Milliseconds. */
const TOLD_EVERY = 2_000;

/** Holds a tenant's log as the database has it against a checkpoint that was kept elsewhere. */
export const logAuditCommand: Command = {
  usage: "log audit --tenant TENANT --checkpoint F --vkey F [--witness F …] [--progress F]",
  summary:
    "every row of a tenant's log in the database against a signed checkpoint kept elsewhere; exit 1 altered. With --progress it goes on where it was interrupted",
  async run(args, output) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        tenant: { type: "string" },
        checkpoint: { type: "string" },
        vkey: { type: "string" },
        witness: { type: "string", multiple: true, default: [] },
        progress: { type: "string" },
      },
    });
    const { tenant: name, checkpoint, vkey, progress: file } = values;
    if (!name || !checkpoint || !vkey) {
      throw new UsageError("Name --tenant, --checkpoint and --vkey.");
    }
    const lineIn = async (path: string) => (await readFile(path, "utf8")).trim();
    const { origin, keys: held } = await readLogKeys([vkey]);
    const witnesses = (await Promise.all(values.witness.map(lineIn))).map(parseCosignerKey);
    const note = await readFile(checkpoint, "utf8");
    // Loaded only here: the other commands need no environment and no database.
    const { systemCaller } = await import("#server/platform/system-caller.ts");
    const { auditStoredLog, logKeyList } = await import("#server/features/audit/index.ts");
    const { closePools, withTenant } = await import("#server/platform/db/tenant-transaction.ts");
    const { tenant } = systemCaller(name, "console-cli");
    const watch = watched(file, output);
    try {
      // The list of the database is believed as far as handovers lead from what the caller holds.
      const list = await withTenant(tenant, "worker", (tx) => logKeyList(tx, tenant));
      const { keys, told } = followedFrom(held, list);
      for (const line of told) output.out(`keys: ${line}`);
      const kept = { note, origin, key: asKept(keys), witnesses };
      const { size, faults } = await auditStoredLog({
        inPart: (work) => withTenant(tenant, "worker", work, { snapshot: true }),
        tenant,
        kept,
        progress: file ? await progressIn(file) : undefined,
        onPart: watch.onPart,
      });
      if (file) await rm(file, { force: true });
      for (const fault of faults) output.out(`altered: ${fault}`);
      if (faults.length > 0) return EXIT.findings;
      output.out(`intact: ${size} entries of ${origin}, as the database holds them`);
      return EXIT.fine;
    } catch (error) {
      const more = file ? `; the same command goes on from ${file}` : "";
      output.err(`cannot tell: ${(error as Error).message}${more}`);
      return EXIT.cannotTell;
    } finally {
      watch.stop();
      await closePools();
    }
  },
};

/** Tells progress and keeps it; a signal ends the audit after its part. */
function watched(file: string | undefined, { err }: CommandOutput) {
  let signal: string | undefined;
  let toldAt = performance.now();
  const onSignal = (name: string) => {
    signal = name;
  };
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  return {
    async onPart(progress: AuditProgress) {
      if (file && progress.step !== "done") await keep(file, progress);
      const now = performance.now();
      if (now - toldAt >= TOLD_EVERY || signal) {
        toldAt = now;
        const faults =
          progress.faults.length > 0 ? `, ${progress.faults.length} altered so far` : "";
        err(`${progress.step}: ${progress.looked} of a log of ${progress.size} entries${faults}`);
      }
      if (signal && progress.step !== "done") throw new Error(`it was ended by ${signal}`);
    },
    stop() {
      process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
    },
  };
}

async function keep(file: string, progress: AuditProgress): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(progress), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

async function progressIn(file: string): Promise<AuditProgress | undefined> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const { AuditProgress: shape } = await import(
    "#server/features/audit/integrity/audit-progress.ts"
  );
  return shape.parse(JSON.parse(text));
}

/** Where nothing leads from the caller's keys to the list, they are believed alone: the audit then says what they did not sign. */
function followedFrom(held: readonly LogKey[], list: LogKeyList): FollowedKeys {
  try {
    return followKeys(held, list);
  } catch (error) {
    if (!(error instanceof MerkleError)) throw error;
    return { keys: held, told: [`the database's list of keys is not followed: ${error.message}`] };
  }
}
