import { parseArgs } from "node:util";
import { findDrift } from "#server/engines/drift/find-drift.ts";
import { objectKey } from "#server/engines/drift/finding.ts";
import { clusterTenancy } from "#server/engines/isolation/cluster-tenancy.ts";
import { crossingEdges } from "#server/engines/isolation/crossing-edges.ts";
import { runningWorkloads } from "#server/engines/isolation/running-workloads.ts";
import {
  factsFromManifests,
  factsProblemText,
} from "#server/engines/reachability/facts-from-manifests.ts";
import { computeReachability } from "#server/engines/reachability/reachability.ts";
import { withoutValues } from "#server/integrations/kubernetes/without-values.ts";
import { type Command, EXIT, UsageError } from "../command.ts";
import { readDesired } from "../read-desired.ts";
import { readObjects } from "../read-objects.ts";

/** What drifted between what is asked for, in a folder, a Git repository or a stack, and what is. */
export const driftCommand: Command = {
  usage:
    "drift [--desired DIR] [--git REPOSITORY#branch:path [--git-token-file FILE]] [--pulumi FILE [--provider NAME]…] --live DIR [--json]",
  summary: "what is missing, unmanaged, weakened or changed, the worst first; Secrets stay masked",
  async run(args, { out, err }) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        desired: { type: "string" },
        git: { type: "string" },
        "git-token-file": { type: "string" },
        pulumi: { type: "string" },
        provider: { type: "string", multiple: true },
        live: { type: "string" },
        json: { type: "boolean" },
      },
    });
    if (!values.live) throw new UsageError("Name --live DIR.");
    if (!values.desired && !values.git && !values.pulumi)
      throw new UsageError("Name --desired DIR, --git REPOSITORY#branch:path or --pulumi FILE.");
    const desired = await readDesired({
      desired: values.desired,
      git: values.git,
      gitTokenFile: values["git-token-file"],
      pulumi: values.pulumi,
      providers: values.provider,
    });
    const live = await readObjects(values.live);
    // Where one side has names of keys alone, the other must not have more.
    if (!desired.hasValues) live.manifests = live.manifests.map(withoutValues);
    const read = factsFromManifests(runningWorkloads(live.manifests));
    const tenancy = clusterTenancy({
      name: values.live,
      manifests: live.manifests,
      isComplete: live.problems.length + read.problems.length === 0,
    });
    const findings = findDrift({
      tenancy,
      desired: desired.hasValues ? desired.manifests : desired.manifests.map(withoutValues),
      isDesiredComplete: desired.problems.length === 0,
      edges: crossingEdges(computeReachability(read.facts), tenancy),
      approvedImages: new Map(),
    });
    const problems = [
      ...[...desired.problems, ...live.problems].map(
        ({ file, line, message }) => `${file}${line ? `:${line}` : ""}: ${message}`,
      ),
      ...read.problems.map(factsProblemText),
    ];
    if (values.json) out(JSON.stringify({ sources: desired.sources, findings, problems }, null, 2));
    else {
      for (const { severity, rule, object, detail, differences, causes } of findings) {
        const by = causes.length > 0 ? ` (by ${causes.join(", ")})` : "";
        out(`${severity} ${rule}: ${objectKey(object)}${detail ? `: ${detail}` : ""}${by}`);
        for (const { path, kind, desired: want, live: have } of differences) {
          out(`  ${path} ${kind}: desired ${JSON.stringify(want)}, live ${JSON.stringify(have)}`);
        }
      }
      for (const { kind, name, revision, notes } of desired.sources) {
        if (kind !== "folder")
          err(`desired from ${kind} ${name}${revision ? ` at ${revision}` : ""}`);
        for (const note of notes) err(`  ${note}`);
      }
      for (const problem of problems) err(problem);
    }
    if (findings.some(({ rule }) => rule !== "not-comparable")) return EXIT.findings;
    return findings.length + problems.length > 0 ? EXIT.cannotTell : EXIT.fine;
  },
};
