import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { isDeepStrictEqual } from "node:util";
import {
  MAX_FILE_BYTES,
  type Manifest,
  type ManifestProblem,
  readManifests,
} from "#server/engines/kubernetes/read-manifests.ts";
import { SnapshotError } from "./snapshot-error.ts";
import { withoutValues } from "./without-values.ts";

export interface SnapshotObject {
  manifest: Manifest;
  /** Where it stands, from the snapshot's folder on. */
  file: string;
}

/** What a cluster was when somebody wrote it to files. */
export interface KubernetesSnapshot {
  /** In the order of their files; the values of `Secret` objects are not among what was kept. */
  objects: readonly SnapshotObject[];
  /** What could not be read. While there is one, an object that isn't there may still exist. */
  problems: readonly ManifestProblem[];
  /** When its newest file was written. Null for a folder without files. */
  takenAt: Date | null;
  /** SHA-256 of file names and contents, in hex: the same files give the same digest. */
  digest: string;
}

const FILE = /\.(ya?ml|json)$/i;
const MAX_DEPTH = 12;
const MAX_FILES = 20_000;
const MAX_TOTAL_BYTES = 512 * 1024 * 1024;

/**
 * Reads a folder (with its subfolders) or one file of manifests, YAML or JSON, lists as
 * `kubectl get -o yaml` writes them included. A bad file is a problem and stops nothing else.
 * Throws SnapshotError when there is no such folder, it can't be read, or it is far too large.
 */
export async function readSnapshot(path: string): Promise<KubernetesSnapshot> {
  const files = await filesOf(path);
  const hash = createHash("sha256");
  const objects: SnapshotObject[] = [];
  const problems: ManifestProblem[] = [];
  const seen = new Map<string, SnapshotObject>();
  let takenAt: Date | null = null;
  for (const { absolute, name, modifiedAt, bytes } of files) {
    if (!takenAt || modifiedAt > takenAt) takenAt = modifiedAt;
    if (bytes > MAX_FILE_BYTES) {
      hash.update(`${name}\0too large\0`);
      problems.push({ file: name, message: `larger than ${MAX_FILE_BYTES / 1024 ** 2} MiB` });
      continue;
    }
    let text: string;
    try {
      text = await readFile(absolute, "utf8");
    } catch (error) {
      hash.update(`${name}\0unreadable\0`);
      const code = (error as NodeJS.ErrnoException).code ?? "unknown";
      problems.push({ file: name, message: `can't be read (${code})` });
      continue;
    }
    hash.update(`${name}\0${Buffer.byteLength(text)}\0${text}`);
    const read = readManifests(name, text);
    problems.push(...read.problems.map(withoutQuotations));
    for (const each of read.manifests) {
      const object = { manifest: withoutValues(each), file: name };
      const key = keyOf(object.manifest);
      const first = seen.get(key);
      if (!first) {
        seen.set(key, object);
        objects.push(object);
      } else if (!isDeepStrictEqual(first.manifest, object.manifest)) {
        problems.push({ file: name, message: `${key} is another one in ${first.file}` });
      }
    }
  }
  return { objects, problems, takenAt, digest: hash.digest("hex") };
}

interface FoundFile {
  absolute: string;
  name: string;
  modifiedAt: Date;
  bytes: number;
}

/** In the order of their names, so that the same folder always reads the same (law 11). */
async function filesOf(root: string): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  let total = 0;
  const visit = async (absolute: string, depth: number): Promise<void> => {
    const facts = await stat(absolute);
    if (facts.isDirectory()) {
      // Names beginning with a dot are how Kubernetes mounts keep their older generations.
      if (depth >= MAX_DEPTH) throw new SnapshotError("too-large", "snapshot");
      const names = (await readdir(absolute)).filter((name) => !name.startsWith("."));
      for (const name of names.sort()) await visit(join(absolute, name), depth + 1);
      return;
    }
    if (!facts.isFile() || (depth > 0 && !FILE.test(absolute))) return;
    total += facts.size;
    if (found.length >= MAX_FILES || total > MAX_TOTAL_BYTES) {
      throw new SnapshotError("too-large", "snapshot");
    }
    const name = depth === 0 ? (absolute.split("/").at(-1) ?? absolute) : relative(root, absolute);
    found.push({ absolute, name, modifiedAt: facts.mtime, bytes: facts.size });
  };
  try {
    await visit(root, 0);
  } catch (error) {
    if (error instanceof SnapshotError) throw error;
    const isGone = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new SnapshotError(isGone ? "absent" : "unreadable", "snapshot");
  }
  return found;
}

/** A parser's message may quote what it stumbled over, and that may be a value (law 6). */
function withoutQuotations(problem: ManifestProblem): ManifestProblem {
  const message = problem.message
    .replace(/"(?:[^"\\]|\\.)*"?/g, '"…"')
    .replace(/(alias[^:]*: ).*/i, "$1…");
  return { ...problem, message };
}

function keyOf({ apiVersion, kind, metadata }: Manifest): string {
  const group = String(apiVersion).includes("/") ? `${String(apiVersion).split("/")[0]}/` : "";
  return `${group}${kind} ${metadata.namespace ? `${metadata.namespace}/` : ""}${metadata.name}`;
}
