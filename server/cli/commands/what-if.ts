import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { withPolicies } from "#server/engines/isolation/policy-change.ts";
import { readPolicies } from "#server/engines/isolation/read-policies.ts";
import { runningWorkloads } from "#server/engines/isolation/running-workloads.ts";
import { sameFamilies } from "#server/engines/isolation/same-families.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import { edgeLines } from "#server/engines/reachability/edge-text.ts";
import { factsFromManifests } from "#server/engines/reachability/facts-from-manifests.ts";
import { computeReachability } from "#server/engines/reachability/reachability.ts";
import { type Command, EXIT, UsageError } from "../command.ts";
import { readObjects } from "../read-objects.ts";

/** Prints which connections a changed NetworkPolicy would open and close, before it is applied. */
export const whatIfCommand: Command = {
  usage: "what-if [--policy FILE] [--remove NAMESPACE/NAME]… --live DIR [--json]",
  summary:
    "edges that changed NetworkPolicies would add (+) and remove (-); exit 1 when any would change",
  async run(args, { out, err }) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        policy: { type: "string" },
        remove: { type: "string", multiple: true, default: [] },
        live: { type: "string" },
        json: { type: "boolean" },
      },
    });
    if (!values.live) throw new UsageError("Name the --live folder.");
    if (!values.policy && values.remove.length === 0)
      throw new UsageError("Name a --policy file, or a policy to --remove.");
    const live = await readObjects(values.live);
    const asked = values.policy
      ? readPolicies(values.policy, await readFile(values.policy, "utf8"))
      : { policies: [], problems: [] };
    if (asked.problems.length > 0) {
      for (const { file, line, message } of asked.problems) {
        err(`${file}${line ? `:${line}` : ""}: ${message}`);
      }
      return EXIT.cannotTell;
    }
    const changed = withPolicies(live.manifests, { set: asked.policies, remove: values.remove });
    const [before, after] = [factsOf(live.manifests), factsOf(changed.manifests)];
    const [was, is] = sameFamilies(before.facts, after.facts).map(
      (facts) => new Set(edgeLines(computeReachability(facts))),
    ) as [Set<string>, Set<string>];
    const added = [...is].filter((line) => !was.has(line));
    const removed = [...was].filter((line) => !is.has(line));
    const problems = [
      ...live.problems.map(
        ({ file, line, message }) => `${file}${line ? `:${line}` : ""}: ${message}`,
      ),
      ...[...new Set([...before.problems, ...after.problems])],
      ...changed.absent.map((name) => `NetworkPolicy ${name}: to be removed, but not there`),
    ];
    if (values.json) {
      const { added: set, replaced, removed: gone } = changed;
      const policies = { added: set, replaced, removed: gone };
      out(JSON.stringify({ policies, added, removed, problems }, null, 2));
    } else {
      for (const line of removed) out(`- ${line}`);
      for (const line of added) out(`+ ${line}`);
      for (const problem of problems) err(problem);
    }
    // What could not be read may have opened or closed anything.
    if (problems.length > 0) return EXIT.cannotTell;
    return added.length + removed.length > 0 ? EXIT.findings : EXIT.fine;
  },
};

function factsOf(manifests: readonly Manifest[]) {
  const { facts, problems } = factsFromManifests(runningWorkloads(manifests));
  return { facts, problems: problems.map(({ object, message }) => `${object}: ${message}`) };
}
