import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { ManifestSet } from "#server/engines/kubernetes/manifest-set.ts";
import {
  MAX_FILE_BYTES,
  type ReadManifests,
  readManifests,
  TOO_LARGE,
} from "#server/engines/kubernetes/read-manifests.ts";
import { UsageError } from "./command.ts";

const MANIFEST = /\.(ya?ml|json)$/i;

/** Every Kubernetes object of a file, or of the YAML and JSON files under a directory, in the order of their names. */
export async function readObjects(path: string): Promise<ReadManifests> {
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new UsageError(`"${path}" does not exist.`);
  const files = found.isDirectory()
    ? (await readdir(path, { recursive: true, encoding: "utf8" }))
        .filter((file) => MANIFEST.test(file))
        .sort()
        .map((file) => join(path, file))
    : [path];
  const all = new ManifestSet();
  for (const file of files) {
    const name = found.isDirectory() ? relative(path, file) : file;
    const facts = await stat(file).catch(() => undefined);
    if (facts?.isDirectory()) continue;
    if (!facts?.isFile()) all.problems.push({ file: name, message: "can't be read" });
    else if (facts.size > MAX_FILE_BYTES) all.problems.push({ file: name, message: TOO_LARGE });
    else all.add(name, readManifests(name, await readFile(file)));
  }
  const { objects, problems } = all.contents();
  return { manifests: objects.map(({ manifest }) => manifest), problems: [...problems] };
}
