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
import { type Command, EXIT, UsageError } from "../command.ts";
import { readObjects } from "../read-objects.ts";

/** What drifted between a folder of what is asked for and one of what is. */
export const driftCommand: Command = {
  usage: "drift --desired DIR --live DIR [--json]",
  summary: "what is missing, unmanaged, weakened or changed, the worst first; Secrets stay masked",
  async run(args, { out, err }) {
    const { values } = parseArgs({
      args: [...args],
      options: { desired: { type: "string" }, live: { type: "string" }, json: { type: "boolean" } },
    });
    if (!values.desired || !values.live) throw new UsageError("Name --desired DIR and --live DIR.");
    const [desired, live] = [await readObjects(values.desired), await readObjects(values.live)];
    const read = factsFromManifests(runningWorkloads(live.manifests));
    const tenancy = clusterTenancy({
      name: values.live,
      manifests: live.manifests,
      isComplete: live.problems.length + read.problems.length === 0,
    });
    const findings = findDrift({
      tenancy,
      desired: desired.manifests,
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
    if (values.json) out(JSON.stringify({ findings, problems }, null, 2));
    else {
      for (const { severity, rule, object, detail, differences, causes } of findings) {
        const by = causes.length > 0 ? ` (by ${causes.join(", ")})` : "";
        out(`${severity} ${rule}: ${objectKey(object)}${detail ? `: ${detail}` : ""}${by}`);
        for (const { path, kind, desired: want, live: have } of differences) {
          out(`  ${path} ${kind}: desired ${JSON.stringify(want)}, live ${JSON.stringify(have)}`);
        }
      }
      for (const problem of problems) err(problem);
    }
    if (findings.some(({ rule }) => rule !== "not-comparable")) return EXIT.findings;
    return findings.length + problems.length > 0 ? EXIT.cannotTell : EXIT.fine;
  },
};
