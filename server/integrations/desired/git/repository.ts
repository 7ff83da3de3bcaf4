import { createHash } from "node:crypto";
import fs from "node:fs";
import { mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import git from "isomorphic-git";
import { DesiredSourceError } from "../desired-source.ts";
import { type GitHttpOptions, gitHttp } from "./git-http.ts";

/** A repository on this machine with the commit that is to be read in it. */
export interface OpenRepository {
  gitdir: string;
  commit: string;
}

export interface RemoteOptions extends GitHttpOptions {
  /** Where copies of remote repositories are kept. */
  cacheDir: string;
}

/** A pack is read into memory whole. */
const MOST_PACK_BYTES = 512 * 1024 * 1024;
/** Each fetch leaves a pack: from here on a fresh copy is smaller and faster. */
const MOST_PACKS = 50;

/** Opens a repository of this machine, with a work tree or bare. Nothing of it is written. */
export async function openLocal(repository: string, branch: string): Promise<OpenRepository> {
  const path = repository.startsWith("file:") ? fileURLToPath(repository) : repository;
  const gitdir = await gitdirOf(path);
  if ((await packBytes(gitdir)) > MOST_PACK_BYTES) {
    throw new DesiredSourceError("too-large", "the repository's packs are larger than 512 MiB");
  }
  try {
    const commit = await git.resolveRef({ fs, gitdir, ref: `refs/heads/${branch}` });
    return { gitdir, commit };
  } catch {
    throw noSuchBranch(branch);
  }
}

/**
 * Brings the newest commit of a branch into a copy that belongs to this process alone: asks for the
 * branch first and fetches only when it moved, one commit deep, without what the copy already has.
 */
export async function openRemote(
  url: string,
  branch: string,
  options: RemoteOptions,
): Promise<OpenRepository> {
  await using http = await gitHttp(options);
  const ref = `refs/heads/${branch}`;
  const refs = await git.listServerRefs({ http, url, prefix: ref });
  const commit = refs.find((each) => each.ref === ref)?.oid;
  if (!commit) throw noSuchBranch(branch);
  const gitdir = await ownCopy(options.cacheDir, url);
  if (await holds(gitdir, commit)) return { gitdir, commit };
  await git.init({ fs, dir: gitdir, bare: true });
  await git.addRemote({ fs, gitdir, remote: "origin", url, force: true });
  const { fetchHead } = await git.fetch({
    fs,
    http,
    gitdir,
    url,
    ref: branch,
    remoteRef: ref,
    singleBranch: true,
    depth: 1,
    tags: false,
  });
  if (!fetchHead) throw noSuchBranch(branch);
  // What is named by a local branch is what the next fetch says it has.
  await git.writeRef({ fs, gitdir, ref, value: fetchHead, force: true });
  return { gitdir, commit: fetchHead };
}

/** Deletes this process's copy of a repository. */
export async function forgetCopy(cacheDir: string, url: string): Promise<void> {
  await rm(copyOf(cacheDir, url), { recursive: true, force: true });
}

const begun = new Set<string>();

function copyOf(cacheDir: string, url: string): string {
  const key = createHash("sha256").update(url).digest("hex").slice(0, 24);
  return join(cacheDir, `${key}.${hostname()}.${process.pid}`);
}

/** The copy's folder; what dead processes of this machine left of the same repository is cleared away. */
async function ownCopy(cacheDir: string, url: string): Promise<string> {
  const own = copyOf(cacheDir, url);
  await mkdir(cacheDir, { recursive: true });
  if (begun.has(own)) {
    const packs = await readdir(join(own, "objects/pack")).catch(() => []);
    const isFull = packs.length > 2 * MOST_PACKS || (await packBytes(own)) > MOST_PACK_BYTES;
    if (isFull) await rm(own, { recursive: true, force: true });
    return own;
  }
  const prefix = own.slice(cacheDir.length + 1).replace(/\d+$/, "");
  for (const name of await readdir(cacheDir)) {
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length)) : Number.NaN;
    if (pid === process.pid || (Number.isInteger(pid) && !isAlive(pid))) {
      await rm(join(cacheDir, name), { recursive: true, force: true });
    }
  }
  begun.add(own);
  return own;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function holds(gitdir: string, commit: string): Promise<boolean> {
  try {
    await git.readCommit({ fs, gitdir, oid: commit });
    return true;
  } catch {
    return false;
  }
}

async function gitdirOf(path: string): Promise<string> {
  const inside = join(path, ".git");
  const facts = await stat(inside).catch(() => null);
  if (facts?.isDirectory()) return inside;
  if (facts?.isFile()) {
    // A linked work tree names its folder, whose `commondir` has the branches.
    const named = /^gitdir: (.+)$/m.exec(await readFile(inside, "utf8"))?.[1];
    if (named) {
      const linked = resolve(path, named.trim());
      const common = await readFile(join(linked, "commondir"), "utf8").catch(() => ".");
      return resolve(linked, common.trim());
    }
  }
  const isBare = await Promise.all(
    ["HEAD", "objects", "refs"].map((name) => stat(join(path, name))),
  )
    .then(() => true)
    .catch(() => false);
  if (isBare) return path;
  throw new DesiredSourceError("no-such-repository", "there is no Git repository in that folder");
}

async function packBytes(gitdir: string): Promise<number> {
  const folder = join(gitdir, "objects/pack");
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names
      .filter((name) => name.endsWith(".pack"))
      .map(async (name) => (await stat(join(folder, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

function noSuchBranch(branch: string): DesiredSourceError {
  return new DesiredSourceError("no-such-branch", `the repository has no branch ${branch}`);
}
