import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import {
  MAX_FILE_BYTES,
  type ReadManifests,
  readManifests,
} from "#server/engines/kubernetes/read-manifests.ts";
import { UsageError } from "./command.ts";

const MANIFEST = /\.(ya?ml|json)$/;

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
  const all: ReadManifests = { manifests: [], problems: [] };
  for (const file of files) {
    const name = found.isDirectory() ? relative(path, file) : file;
    const { size } = await stat(file);
    if (size > MAX_FILE_BYTES) {
      all.problems.push({
        file: name,
        message: `larger than ${MAX_FILE_BYTES / 1024 / 1024} MiB, not read`,
      });
      continue;
    }
    const { manifests, problems } = readManifests(name, await readFile(file, "utf8"));
    all.manifests.push(...manifests);
    all.problems.push(...problems);
  }
  return all;
}
