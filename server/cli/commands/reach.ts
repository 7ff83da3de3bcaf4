import { parseArgs } from "node:util";
import { edgeLines } from "#server/engines/reachability/edge-text.ts";
import {
  factsFromManifests,
  factsProblemText,
} from "#server/engines/reachability/facts-from-manifests.ts";
import { computeReachability } from "#server/engines/reachability/reachability.ts";
import { type Command, EXIT, UsageError } from "../command.ts";
import { readObjects } from "../read-objects.ts";

/** Prints who can reach whom, as the NetworkPolicies of a folder allow it. */
export const reachCommand: Command = {
  usage: "reach DIR [--json]",
  summary: "NetworkPolicy reachability of the manifests under DIR, one allowed edge a line",
  async run(args, { out, err }) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { json: { type: "boolean" } },
      allowPositionals: true,
    });
    const [directory, ...more] = positionals;
    if (directory === undefined || more.length > 0)
      throw new UsageError("Name one folder (or file) of manifests.");
    const read = await readObjects(directory);
    const { facts, problems } = factsFromManifests(read.manifests);
    const edges = edgeLines(computeReachability(facts));
    const all = [
      ...read.problems.map(
        ({ file, line, message }) => `${file}${line ? `:${line}` : ""}: ${message}`,
      ),
      ...problems.map(factsProblemText),
    ];
    if (values.json) out(JSON.stringify({ edges, problems: all }, null, 2));
    else {
      for (const edge of edges) out(edge);
      for (const problem of all) err(problem);
    }
    // What could not be read or understood may have closed or opened anything.
    return all.length > 0 ? EXIT.cannotTell : EXIT.fine;
  },
};
