import { type Command, type CommandOutput, EXIT, UsageError } from "./command.ts";
import { decisionReplayCommand } from "./commands/decision-replay.ts";
import { diffCommand } from "./commands/diff.ts";
import { driftCommand } from "./commands/drift.ts";
import { evidenceVerifyCommand } from "./commands/evidence-verify.ts";
import { exportOpenCommand } from "./commands/export-open.ts";
import { isolationVerifyCommand } from "./commands/isolation-verify.ts";
import { keysWrapCommand } from "./commands/keys-wrap.ts";
import { logAuditCommand } from "./commands/log-audit.ts";
import { logCheckProofCommand } from "./commands/log-check-proof.ts";
import { logQueryCommand } from "./commands/log-query.ts";
import { logVerifyCommand } from "./commands/log-verify.ts";
import { makeTenantCommand } from "./commands/make-tenant.ts";
import { migrateCommand } from "./commands/migrate.ts";
import { podSecurityCommand } from "./commands/pod-security.ts";
import { policyWhatIfCommand } from "./commands/policy-what-if.ts";
import { reachCommand } from "./commands/reach.ts";
import { whatIfCommand } from "./commands/what-if.ts";
import { witnessServeCommand } from "./commands/witness-serve.ts";

/** Every command of `npm run -s console -- <command>`; a two-word name is matched first. */
const COMMANDS: Record<string, Command> = {
  "decision replay": decisionReplayCommand,
  diff: diffCommand,
  drift: driftCommand,
  "evidence verify": evidenceVerifyCommand,
  "export open": exportOpenCommand,
  "isolation verify": isolationVerifyCommand,
  "keys wrap": keysWrapCommand,
  "log audit": logAuditCommand,
  "log check-proof": logCheckProofCommand,
  "log query": logQueryCommand,
  "log verify": logVerifyCommand,
  migrate: migrateCommand,
  "pod-security": podSecurityCommand,
  "policy what-if": policyWhatIfCommand,
  reach: reachCommand,
  "tenant make": makeTenantCommand,
  "what-if": whatIfCommand,
  "witness serve": witnessServeCommand,
};

const output: CommandOutput = {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
};

async function main(args: readonly string[]): Promise<number> {
  const two = COMMANDS[args.slice(0, 2).join(" ")];
  const command = two ?? COMMANDS[args[0] ?? ""];
  if (!command) {
    const asked =
      args[0] === undefined || args[0] === "--help" ? "" : `There is no command "${args[0]}".\n`;
    output.err(`${asked}Commands (exit 0 fine, 1 findings, 2 cannot tell):`);
    for (const { usage, summary } of Object.values(COMMANDS))
      output.err(`  ${usage}\n      ${summary}`);
    return args[0] === "--help" ? EXIT.fine : EXIT.cannotTell;
  }
  try {
    return await command.run(args.slice(two ? 2 : 1), output);
  } catch (error) {
    output.err((error as Error).message);
    if (error instanceof UsageError) output.err(`Usage: ${command.usage}`);
    return EXIT.cannotTell;
  }
}

// A reader that has seen enough (`| head`) is no failure of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  process.exit(error.code === "EPIPE" ? EXIT.fine : EXIT.cannotTell);
});

process.exitCode = await main(process.argv.slice(2));
