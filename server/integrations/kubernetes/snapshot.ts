import { createHash } from "node:crypto";
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { ManifestSet } from "#server/engines/kubernetes/manifest-set.ts";
import {
  MAX_FILE_BYTES,
  type Manifest,
  type ManifestProblem,
  type ReadManifests,
  readManifests,
  TOO_LARGE,
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
  const { files, loops } = await filesOf(path);
  const hash = createHash("sha256");
  const all = new ManifestSet();
  let takenAt: Date | null = null;
  for (const { absolute, name, modifiedAt, bytes } of files) {
    if (!takenAt || modifiedAt > takenAt) takenAt = modifiedAt;
    if (bytes > MAX_FILE_BYTES) {
      hash.update(`${name}\0too large\0`);
      all.problems.push({ file: name, message: TOO_LARGE });
      continue;
    }
    let content: Buffer;
    try {
      content = await readFile(absolute);
    } catch (error) {
      hash.update(`${name}\0unreadable\0`);
      const code = (error as NodeJS.ErrnoException).code ?? "unknown";
      all.problems.push({ file: name, message: `can't be read (${code})` });
      continue;
    }
    hash.update(`${name}\0${content.length}\0`).update(content);
    all.add(name, readOnce(absolute, name, content));
  }
  all.problems.push(
    ...loops.map((file) => ({ file, message: "a link that leads back to itself" })),
  );
  return { ...all.contents(), takenAt, digest: hash.digest("hex") };
}

const MOST_KEPT_BYTES = 64 * 1024 * 1024;
/** What was parsed of the files last read: of a large folder only few files change at a time. */
const kept = new Map<string, { digest: string; bytes: number; read: ReadManifests }>();
let keptBytes = 0;

function readOnce(absolute: string, name: string, content: Buffer): ReadManifests {
  const key = `${absolute}\0${name}`;
  const digest = createHash("sha256").update(content).digest("hex");
  const last = kept.get(key);
  if (last?.digest === digest) return last.read;
  const read = readManifests(name, content);
  const values = { ...read, manifests: read.manifests.map(withoutValues) };
  if (last) keptBytes -= last.bytes;
  kept.delete(key);
  kept.set(key, { digest, bytes: content.length, read: values });
  keptBytes += content.length;
  for (const [oldest, { bytes }] of kept) {
    if (keptBytes <= MOST_KEPT_BYTES) break;
    kept.delete(oldest);
    keptBytes -= bytes;
  }
  return values;
}

interface FoundFile {
  absolute: string;
  name: string;
  modifiedAt: Date;
  bytes: number;
}

/** In the order of their names, so that the same folder always reads the same (law 11). */
async function filesOf(root: string): Promise<{ files: FoundFile[]; loops: string[] }> {
  const files: FoundFile[] = [];
  const loops: string[] = [];
  const above = new Set<string>();
  let total = 0;
  const visit = async (absolute: string, depth: number): Promise<void> => {
    const facts = await stat(absolute);
    if (facts.isDirectory()) {
      const real = await realpath(absolute);
      if (above.has(real)) {
        loops.push(relative(root, absolute));
        return;
      }
      above.add(real);
      // Names beginning with a dot are how Kubernetes mounts keep their older generations.
      if (depth >= MAX_DEPTH) throw new SnapshotError("too-large", "snapshot");
      const names = (await readdir(absolute)).filter((name) => !name.startsWith("."));
      for (const name of names.sort()) await visit(join(absolute, name), depth + 1);
      above.delete(real);
      return;
    }
    if (!facts.isFile() || (depth > 0 && !FILE.test(absolute))) return;
    total += facts.size;
    if (files.length >= MAX_FILES || total > MAX_TOTAL_BYTES) {
      throw new SnapshotError("too-large", "snapshot");
    }
    const name = depth === 0 ? (absolute.split("/").at(-1) ?? absolute) : relative(root, absolute);
    files.push({ absolute, name, modifiedAt: facts.mtime, bytes: facts.size });
  };
  try {
    await visit(root, 0);
  } catch (error) {
    if (error instanceof SnapshotError) throw error;
    const isGone = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new SnapshotError(isGone ? "absent" : "unreadable", "snapshot");
  }
  return { files, loops };
}
