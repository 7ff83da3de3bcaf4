import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { decodeText } from "#server/engines/kubernetes/decode-text.ts";
import { ManifestSet } from "#server/engines/kubernetes/manifest-set.ts";
import { manifestsOf } from "#server/engines/kubernetes/read-manifests.ts";
import { yamlDocuments } from "#server/engines/kubernetes/yaml-documents.ts";
import { jsonFaults } from "#server/engines/pulumi/json-faults.ts";
import { StackError, stackManifests } from "#server/engines/pulumi/stack-manifests.ts";
import { withoutValues } from "#server/integrations/kubernetes/without-values.ts";
import type { PulumiConfig } from "./desired-config.ts";
import { type DesiredContents, type DesiredSource, DesiredSourceError } from "./desired-source.ts";

const MOST_BYTES = 128 * 1024 * 1024;

/** A stack as `pulumi stack export` wrote it; encrypted values stay encrypted. */
export function pulumiSource(cluster: string, config: PulumiConfig): DesiredSource {
  const { file, providers } = config;
  let last: { fileDigest: string; contents: DesiredContents } | undefined;
  return {
    kind: "pulumi",
    name: config.name ?? basename(file),
    cluster,
    async read() {
      const bytes = await bytesOf(file);
      const fileDigest = createHash("sha256").update(bytes).digest("hex");
      if (last?.fileDigest === fileDigest) return last.contents;
      const contents = contentsOf(basename(file), bytes, providers);
      last = { fileDigest, contents };
      return contents;
    },
    close: async () => {},
  };
}

async function bytesOf(file: string): Promise<Buffer> {
  try {
    const { size } = await stat(file);
    if (size > MOST_BYTES) {
      throw new DesiredSourceError("too-large", "the stack's export is larger than 128 MiB");
    }
    return await readFile(file);
  } catch (error) {
    if (error instanceof DesiredSourceError) throw error;
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    const failure =
      code === "ENOENT" ? "no-such-path" : code === "EACCES" ? "forbidden" : "unreadable";
    throw new DesiredSourceError(failure, `the stack's export can't be read (${code})`);
  }
}

function contentsOf(
  name: string,
  bytes: Buffer,
  providers: readonly string[] | undefined,
): DesiredContents {
  const text = decodeText(name, bytes);
  if (typeof text !== "string") throw unreadable(`${name}:${text.line}: ${text.message}`);
  const stack = stackOf(name, text, providers);
  const lineOf = lineFinder(text);
  const set = new ManifestSet();
  for (const fault of jsonFaults(text)) set.problems.push({ file: name, ...fault });
  for (const { urn, message } of stack.problems) {
    set.problems.push({ file: name, ...lineOf(urn), message });
  }
  for (const { urn, object } of stack.resources) {
    const where = { file: name, line: lineOf(urn).line ?? 1 };
    const { manifests, problems } = manifestsOf(object, where);
    set.add(name, { manifests: manifests.map(withoutValues), problems });
  }
  const { objects, problems } = set.contents();
  const takenAt = stack.time === null ? null : new Date(stack.time);
  const of = [stack.project, stack.stack].filter((each) => each !== null).join("/");
  return {
    manifests: objects.map(({ manifest }) => manifest),
    problems,
    revision: stack.time === null ? null : `${of}@${stack.time}`.slice(0, 200),
    commit: null,
    notes: stack.notes,
    digest: createHash("sha256")
      .update(JSON.stringify(providers ?? []))
      .update(bytes)
      .digest("hex"),
    takenAt: takenAt && !Number.isNaN(takenAt.getTime()) ? takenAt : null,
  };
}

function stackOf(name: string, text: string, providers: readonly string[] | undefined) {
  try {
    return stackManifests(JSON.parse(text), providers);
  } catch (error) {
    if (error instanceof StackError) throw unreadable(`${name}: ${error.message}`);
    // What the parser says may quote what it stumbled over.
    const line = text.length < MOST_TO_EXPLAIN ? firstFault(text) : undefined;
    throw unreadable(`${name}${line ? `:${line}` : ""}: not JSON`);
  }
}

const MOST_TO_EXPLAIN = 4 * 1024 * 1024;

/** JSON is YAML, whose parser knows the line. */
function firstFault(text: string): number | undefined {
  for (const each of yamlDocuments(text)) if ("message" in each) return each.line;
  return undefined;
}

/** The line of a resource, by its URN, which the export holds once as a value of its own. */
function lineFinder(text: string): (urn: string) => { line?: number } {
  const starts: number[] = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (urn) => {
    const at = urn === "" ? -1 : text.indexOf(JSON.stringify(urn));
    if (at === -1) return {};
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1 };
  };
}

function unreadable(message: string): DesiredSourceError {
  return new DesiredSourceError("unreadable", message);
}
