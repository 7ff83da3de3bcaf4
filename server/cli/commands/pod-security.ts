import { parseArgs } from "node:util";
import { checkPodSecurity, LEVELS, type Level } from "#server/engines/hardening/pod-security.ts";
import { type Command, EXIT, UsageError } from "../command.ts";
import { readObjects } from "../read-objects.ts";

function isLevel(value: string | undefined): value is Level {
  return LEVELS.some((level) => level === value);
}

/** Checks workloads against a level of the Pod Security Standards. */
export const podSecurityCommand: Command = {
  usage: "pod-security --level baseline|restricted|hardened [--trusted-registry R]… [--json] FILE",
  summary: "violations of the Pod Security Standards in the workloads of FILE, with their paths",
  async run(args, { out, err }) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        level: { type: "string" },
        "trusted-registry": { type: "string", multiple: true },
        json: { type: "boolean" },
      },
      allowPositionals: true,
    });
    const { level } = values;
    if (!isLevel(level)) throw new UsageError(`--level must be ${LEVELS.join(", ")}.`);
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0)
      throw new UsageError("Name one file (or folder) of manifests.");
    const { manifests, problems } = await readObjects(file);
    const results = manifests.flatMap((manifest) => {
      const verdict = checkPodSecurity(manifest, level, {
        trustedRegistries: values["trusted-registry"] ?? [],
      });
      const object = `${manifest.kind} ${manifest.metadata.namespace ?? "default"}/${manifest.metadata.name}`;
      return verdict.kind === "checked" ? [{ object, violations: verdict.violations }] : [];
    });
    const faults = problems.map(
      (each) => `${each.file}${each.line ? `:${each.line}` : ""}: ${each.message}`,
    );
    if (results.length === 0) faults.push(`${file}: no workload to check`);
    if (values.json) out(JSON.stringify({ level, results, problems: faults }, null, 2));
    else {
      for (const { object, violations } of results) {
        for (const { path, message, control } of violations)
          out(`${object}: ${path}: ${message} (${control})`);
      }
      for (const fault of faults) err(fault);
    }
    if (results.some(({ violations }) => violations.length > 0)) return EXIT.findings;
    return faults.length > 0 ? EXIT.cannotTell : EXIT.fine;
  },
};
