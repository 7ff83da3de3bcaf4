import { parseArgs } from "node:util";
import { type Command, EXIT, UsageError } from "../command.ts";

/** Makes a tenant's record by verbs, as the system: its event stands in the Sovereign's log. */
export const makeTenantCommand: Command = {
  usage: "tenant make SLUG --name NAME",
  summary:
    "makes the record of a tenant (the one named by SOVEREIGN first); nothing happens when it is there",
  async run(args, { out }) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { name: { type: "string" } },
      allowPositionals: true,
    });
    const [slug, ...more] = positionals;
    if (slug === undefined || more.length > 0 || !values.name) {
      throw new UsageError("Name one tenant's slug and its --name.");
    }
    // Loaded only here: the other commands need no environment and no database.
    const { env } = await import("#server/platform/env/env.ts");
    const { ensureSovereign, ensureTenant } = await import("#server/features/tenants/index.ts");
    const { closePools } = await import("#server/platform/db/tenant-transaction.ts");
    const { startPolicies } = await import("#server/features/policy/index.ts");
    startPolicies();
    try {
      await (slug === env().SOVEREIGN ? ensureSovereign : ensureTenant)(slug, values.name);
    } finally {
      await closePools();
    }
    out(`tenant ${slug}: ready`);
    return EXIT.fine;
  },
};
