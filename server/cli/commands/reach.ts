import { parseArgs } from "node:util";
import { edgeLines } from "#server/engines/reachability/edge-text.ts";
import {
  factsFromManifests,
  factsProblemText,
} from "#server/engines/reachability/facts-from-manifests.ts";
import { computeReachability } from "#server/engines/reachability/reachability.ts";
import { type Command, EXIT, UsageError } from "../command.ts";
import { readObjects } from "../read-objects.ts";

/** Prints who can reach whom, as the policies of a folder allow it. */
export const reachCommand: Command = {
  usage: "reach DIR [--json]",
  summary: "reachability by the network policies under DIR, one allowed edge a line",
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
    const reach = computeReachability(facts);
    const edges = edgeLines(reach);
    const unknown = edgeLines(reach, "uncertain");
    const doubts = reach.notes.filter(({ kind }) => kind === "doubt").map(({ text }) => text);
    const notes = reach.notes.filter(({ kind }) => kind !== "doubt").map(({ text }) => text);
    const all = [
      ...read.problems.map(
        ({ file, line, message }) => `${file}${line ? `:${line}` : ""}: ${message}`,
      ),
      ...problems.map(factsProblemText),
      ...doubts,
    ];
    if (values.json) out(JSON.stringify({ edges, unknown, problems: all, notes }, null, 2));
    else {
      for (const edge of edges) out(edge);
      for (const problem of all) err(problem);
      for (const edge of unknown) err(`unknown: ${edge}`);
      for (const note of notes) err(`note: ${note}`);
    }
    // What could not be read or understood may have closed or opened anything.
    return all.length + unknown.length > 0 ? EXIT.cannotTell : EXIT.fine;
  },
};
