import { parseArgs } from "node:util";
import { type DiffResult, diffObjects } from "#server/engines/differ/diff.ts";
import type { JsonObject } from "#server/engines/differ/json.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import { type Command, EXIT, UsageError } from "../command.ts";
import { readObjects } from "../read-objects.ts";

function identity({ apiVersion, kind, metadata }: Manifest): string {
  const group = apiVersion.includes("/") ? `${apiVersion.split("/")[0]}/` : "";
  return `${group}${kind} ${metadata.namespace ? `${metadata.namespace}/` : ""}${metadata.name}`;
}

/** Compares what was asked for with what is. */
export const diffCommand: Command = {
  usage: "diff --desired FILE --live FILE [--json]",
  summary: "differences between desired and live objects, by field; values of Secrets stay masked",
  async run(args, { out, err }) {
    const { values } = parseArgs({
      args: [...args],
      options: { desired: { type: "string" }, live: { type: "string" }, json: { type: "boolean" } },
    });
    if (!values.desired || !values.live)
      throw new UsageError("Name --desired FILE and --live FILE.");
    const [desired, live] = [await readObjects(values.desired), await readObjects(values.live)];
    const problems = [...desired.problems, ...live.problems].map(
      (each) => `${each.file}${each.line ? `:${each.line}` : ""}: ${each.message}`,
    );
    if (desired.manifests.length === 0) problems.push(`${values.desired}: no object to compare`);
    const results = desired.manifests.map((want) => ({
      object: identity(want),
      ...compare(want, live.manifests, desired.manifests.length === 1),
    }));
    if (values.json) out(JSON.stringify({ results, problems }, null, 2));
    else {
      for (const result of results) {
        out(`${result.object}: ${result.status}`);
        for (const each of result.differences) {
          out(
            `  ${each.path} ${each.kind}: desired ${JSON.stringify(each.desired)}, live ${JSON.stringify(each.live)}${each.manager ? ` (by ${each.manager})` : ""}`,
          );
        }
        for (const why of result.uncomparable) out(`  cannot tell: ${why}`);
      }
      for (const problem of problems) err(problem);
    }
    if (results.some(({ status }) => status === "drifted")) return EXIT.findings;
    return problems.length > 0 || results.some(({ status }) => status === "unknown")
      ? EXIT.cannotTell
      : EXIT.fine;
  },
};

function compare(want: Manifest, candidates: readonly Manifest[], isOnly: boolean): DiffResult {
  const live =
    candidates.find((have) => identity(have) === identity(want)) ??
    candidates.find(
      (have) =>
        have.kind === want.kind &&
        have.metadata.name === want.metadata.name &&
        want.metadata.namespace === undefined,
    ) ??
    (isOnly && candidates.length === 1 ? candidates[0] : undefined);
  if (!live)
    return {
      status: "drifted",
      differences: [{ path: "", kind: "missing" }],
      additions: [],
      uncomparable: [],
    };
  return diffObjects({
    desired: want as unknown as JsonObject,
    live: live as unknown as JsonObject,
  });
}
