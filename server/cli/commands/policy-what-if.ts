import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import { type Command, type CommandOutput, EXIT, UsageError } from "../command.ts";

/**
 * Tries a draft on the last decisions of a tenant, or of every tenant. DIR holds `*.cedar` files, a
 * `schema.cedarschema` (else the one in force is taken), and `environments/<name>.yaml` or `.json` with drafts of
 * environments' policies; what it lacks is as it is in force. With `*.cedar` files DIR is the whole set.
 */
export const policyWhatIfCommand: Command = {
  usage: "policy what-if --draft DIR [--last N] [--tenant TENANT]",
  summary: "tries a draft of policies on the last decisions; exit 1 when something would change",
  async run(args, output) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        draft: { type: "string" },
        last: { type: "string", default: "1000" },
        tenant: { type: "string" },
      },
    });
    const last = Number(values.last);
    if (!values.draft || !existsSync(values.draft))
      throw new UsageError("Name the --draft folder.");
    if (!Number.isInteger(last) || last < 1 || last > 100_000)
      throw new UsageError("--last is a number from 1 to 100000.");
    // Loaded only here: the other commands need no environment and no database.
    const { whatIf } = await import("#server/features/policy/index.ts");
    const { closePools } = await import("#server/platform/db/tenant-transaction.ts");
    const { systemCaller } = await import("#server/platform/system-caller.ts");
    const draft = await readDraft(values.draft);
    const tenants = values.tenant ? [values.tenant] : await everyTenant();
    let changed = 0;
    try {
      for (const name of tenants) {
        const { tenant } = systemCaller(name, "console-cli");
        const found = await whatIf(tenant, { ...draft, last, mostMillis: 600_000 });
        for (const { file, line, column, message } of found.problems)
          output.err(`${join(values.draft, file)}:${line}:${column}: ${message}`);
        if (!found.trial) return EXIT.cannotTell;
        changed += found.trial.changed;
        tell(output, name, found.environmentDigests, found.taken, found.trial);
        if (!found.trial.isComplete) return EXIT.cannotTell;
      }
    } finally {
      await closePools();
    }
    return changed === 0 ? EXIT.fine : EXIT.findings;
  },
};

type Trial = NonNullable<
  Awaited<ReturnType<typeof import("#server/features/policy/index.ts")["whatIf"]>>["trial"]
>;

function tell(
  { out }: CommandOutput,
  tenant: string,
  environments: Record<string, string>,
  taken: number,
  trial: Trial,
): void {
  out(`tenant ${tenant}: ${trial.judged} of ${taken} decisions tried`);
  out(`policies ${trial.policySetDigest} schema ${trial.schemaDigest}`);
  for (const [name, digest] of Object.entries(environments)) out(`environment ${name} ${digest}`);
  for (const [kind, count] of Object.entries(trial.counts)) out(`  ${kind}: ${count}`);
  for (const change of trial.changesShown) {
    const { before, after, why } = change;
    const said = (verdict: typeof before) =>
      `${verdict.outcome} (${[...verdict.reasons.map(({ policyId }) => policyId), ...verdict.errors].join(", ") || "no policy permits it"})`;
    out(
      `  ${change.decisionId} ${change.action} ${change.kind}: ${said(before)} -> ${after ? said(after) : `unknown (${why})`}`,
    );
  }
  out(`digest ${trial.digest}`);
}

async function readDraft(directory: string) {
  const { EnvironmentName, EnvironmentPolicySpec } = await import(
    "#server/features/deployments/index.ts"
  );
  const { rulesInForce } = await import("#server/features/policy/index.ts");
  const files = readdirSync(directory).filter((file) => file.endsWith(".cedar"));
  const own = Object.fromEntries(
    files.map((file) => [
      file.slice(0, -".cedar".length),
      readFileSync(join(directory, file), "utf8"),
    ]),
  );
  const left = files.length > 0 ? Object.keys(rulesInForce().policies) : [];
  const schemaFile = join(directory, "schema.cedarschema");
  const folder = join(directory, "environments");
  const environments = Object.fromEntries(
    (existsSync(folder) ? readdirSync(folder) : []).map((file) => {
      const [, name = "", kind = ""] = /^(.*)\.(ya?ml|json)$/.exec(file) ?? [];
      const environment = EnvironmentName.safeParse(name);
      if (!environment.success || kind === "")
        throw new UsageError(`${join(folder, file)}: its name is no environment's`);
      const policy = EnvironmentPolicySpec.safeParse(
        parse(readFileSync(join(folder, file), "utf8")),
      );
      if (!policy.success) {
        const [issue] = policy.error.issues;
        throw new UsageError(`${join(folder, file)}: ${issue?.path.join(".")}: ${issue?.message}`);
      }
      return [environment.data, policy.data];
    }),
  );
  return {
    rules: {
      policies: { ...Object.fromEntries(left.map((id) => [id, null])), ...own },
      ...(existsSync(schemaFile) ? { schema: readFileSync(schemaFile, "utf8") } : {}),
    },
    environments,
  };
}

/** By the counts that the Sovereign's context shows. */
async function everyTenant(): Promise<string[]> {
  const { env } = await import("#server/platform/env/env.ts");
  const { withTenant } = await import("#server/platform/db/tenant-transaction.ts");
  const { systemCaller } = await import("#server/platform/system-caller.ts");
  const { tenant } = systemCaller(env().SOVEREIGN, "console-cli");
  const rows = await withTenant(
    tenant,
    "tenant",
    (tx) => tx.query<{ tenant_id: string }>("SELECT tenant_id FROM app.platform_counts()"),
    { readOnly: true },
  );
  return rows.map(({ tenant_id }) => tenant_id).sort();
}
