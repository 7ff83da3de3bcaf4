import { createHash } from "node:crypto";
import fs from "node:fs";
import git from "isomorphic-git";
import { ManifestSet } from "#server/engines/kubernetes/manifest-set.ts";
import {
  type Manifest,
  type ManifestProblem,
  type ReadManifests,
  readManifests,
} from "#server/engines/kubernetes/read-manifests.ts";
import { withoutValues } from "#server/integrations/kubernetes/without-values.ts";
import { DesiredSourceError } from "../desired-source.ts";

export interface TreeContents {
  manifests: readonly Manifest[];
  problems: readonly ManifestProblem[];
  /** SHA-256 of file names and contents, in hex. */
  digest: string;
}

const FILE = /\.(ya?ml|json)$/i;
const MAX_FILES = 20_000;
const MAX_DEPTH = 30;
const MAX_TOTAL_BYTES = 256 * 1024 * 1024;

interface ParsedBlob {
  digest: string;
  bytes: number;
  read: ReadManifests;
}

/** What was parsed of each blob, by file name and the blob's hash: the same contents are parsed once. */
export type ParsedBlobs = Map<string, ParsedBlob>;

interface FoundBlob {
  name: string;
  oid: string;
}

/**
 * The manifests of one folder (or file) of a commit. Links and submodules are not followed, and said
 * to be there. Throws DesiredSourceError for a path that isn't there and for a tree far too large.
 */
export async function readTree(
  { gitdir, commit }: { gitdir: string; commit: string },
  path: string,
  parsed: ParsedBlobs,
): Promise<TreeContents> {
  const cache = {};
  const set = new ManifestSet();
  const blobs: FoundBlob[] = [];
  const visit = async (oid: string, folder: string, depth: number): Promise<void> => {
    if (depth > MAX_DEPTH) throw tooLarge("folders within folders");
    const { tree } = await git.readTree({ fs, gitdir, oid, cache });
    for (const entry of [...tree].sort((a, b) => (a.path < b.path ? -1 : 1))) {
      if (entry.path.startsWith(".")) continue;
      const name = folder === "" ? entry.path : `${folder}/${entry.path}`;
      if (entry.type === "tree") await visit(entry.oid, name, depth + 1);
      else if (entry.type === "commit") {
        set.problems.push({ file: name, message: "a submodule, which is not read" });
      } else if (FILE.test(name)) {
        if (entry.mode === "120000") {
          set.problems.push({ file: name, message: "a symbolic link, which is not followed" });
        } else blobs.push({ name, oid: entry.oid });
      }
      if (blobs.length > MAX_FILES) throw tooLarge(`more than ${MAX_FILES} files`);
    }
  };
  const steps = path.split("/").filter((step) => step !== "" && step !== ".");
  if (steps.includes("..")) throw noSuchPath(path);
  const root = await entryAt({ gitdir, commit, cache }, steps);
  if (!root) throw noSuchPath(path);
  if (root.type === "tree") await visit(root.oid, "", 0);
  else blobs.push({ name: steps.at(-1) ?? path, oid: root.oid });

  const hash = createHash("sha256");
  const used = new Set<string>();
  let total = 0;
  for (const { name, oid } of blobs) {
    const key = `${oid}\0${name}`;
    used.add(key);
    const blob = parsed.get(key) ?? (await parseBlob({ gitdir, oid, cache, name }));
    parsed.set(key, blob);
    total += blob.bytes;
    if (total > MAX_TOTAL_BYTES) throw tooLarge("more than 256 MiB");
    hash.update(`${name}\0${blob.digest}\0`);
    set.add(name, blob.read);
  }
  for (const key of parsed.keys()) if (!used.has(key)) parsed.delete(key);
  for (const { file, message } of set.problems) hash.update(`${file}\0${message}\0`);
  const { objects, problems } = set.contents();
  const manifests = objects.map(({ manifest }) => manifest);
  return { manifests, problems, digest: hash.digest("hex") };
}

async function entryAt(
  { gitdir, commit, cache }: { gitdir: string; commit: string; cache: object },
  steps: readonly string[],
): Promise<{ type: string; oid: string } | null> {
  let { tree } = (await git.readCommit({ fs, gitdir, oid: commit, cache })).commit;
  for (const [at, step] of steps.entries()) {
    const entries = await git.readTree({ fs, gitdir, oid: tree, cache });
    const entry = entries.tree.find((each) => each.path === step);
    if (!entry || entry.mode === "120000" || entry.type === "commit") return null;
    if (entry.type === "blob") return at === steps.length - 1 ? entry : null;
    tree = entry.oid;
  }
  return { type: "tree", oid: tree };
}

async function parseBlob(at: {
  gitdir: string;
  oid: string;
  cache: object;
  name: string;
}): Promise<ParsedBlob> {
  const { gitdir, oid, cache, name } = at;
  const { blob } = await git.readBlob({ fs, gitdir, oid, cache });
  const digest = createHash("sha256").update(blob).digest("hex");
  const isKustomize = /(^|\/)kustomization\.ya?ml$/i.test(name);
  const read: ReadManifests = isKustomize
    ? { manifests: [], problems: [{ file: name, message: KUSTOMIZE }] }
    : readManifests(name, blob);
  return {
    digest,
    bytes: blob.length,
    read: { ...read, manifests: read.manifests.map(withoutValues) },
  };
}

const KUSTOMIZE = "kustomize is not carried out: name a folder of what it makes";

function noSuchPath(path: string): DesiredSourceError {
  return new DesiredSourceError("no-such-path", `the commit has no folder ${path}`);
}

function tooLarge(what: string): DesiredSourceError {
  return new DesiredSourceError("too-large", `the folder in the repository holds ${what}`);
}
