import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { parseVerifierKey } from "#server/engines/merkle/note-key.ts";
import { type Command, EXIT, UsageError } from "../command.ts";

/** Holds a tenant's log as the database has it against a checkpoint that was kept elsewhere. */
export const logAuditCommand: Command = {
  usage: "log audit --tenant TENANT --checkpoint F --vkey F",
  summary:
    "every row of a tenant's log in the database against a signed checkpoint kept elsewhere; exit 1 altered",
  async run(args, { out }) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        tenant: { type: "string" },
        checkpoint: { type: "string" },
        vkey: { type: "string" },
      },
    });
    if (!values.tenant || !values.checkpoint || !values.vkey)
      throw new UsageError("Name --tenant, --checkpoint and --vkey.");
    const key = parseVerifierKey((await readFile(values.vkey, "utf8")).trim());
    const note = await readFile(values.checkpoint, "utf8");
    // Loaded only here: the other commands need no environment and no database.
    const { systemCaller } = await import("#server/platform/system-caller.ts");
    const { verifyStoredLog } = await import("#server/features/audit/index.ts");
    const { closePools, withTenant } = await import("#server/platform/db/tenant-transaction.ts");
    const { tenant } = systemCaller(values.tenant, "console-cli");
    try {
      const { size, faults } = await withTenant(
        tenant,
        "worker",
        (tx) => verifyStoredLog(tx, tenant, { note, key }),
        { snapshot: true },
      );
      for (const fault of faults) out(`altered: ${fault}`);
      if (faults.length > 0) return EXIT.findings;
      out(`intact: ${size} entries of ${key.name}, as the database holds them`);
      return EXIT.fine;
    } finally {
      await closePools();
    }
  },
};
