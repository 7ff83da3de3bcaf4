import fs from "node:fs";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import git from "isomorphic-git";
import type { SecretValue } from "#server/platform/secret-value.ts";
import type { GitConfig } from "../desired-config.ts";
import {
  type DesiredCommit,
  type DesiredContents,
  type DesiredSource,
  DesiredSourceError,
} from "../desired-source.ts";
import { checkSignature, type Signers, signersOf } from "./check-signature.ts";
import { type ParsedBlobs, readTree } from "./read-tree.ts";
import { forgetCopy, type OpenRepository, openLocal, openRemote } from "./repository.ts";

export interface GitSourceOptions {
  cluster: string;
  config: GitConfig;
  /** Reads the password or token, for each reading anew; null where none is configured. */
  credential: (() => Promise<SecretValue>) | null;
  /** Where copies of remote repositories are kept. */
  cacheDir: string;
}

const MOST_BYTES = 512 * 1024 * 1024;

/** Plain YAML in a folder of a branch. A commit that was read before is not read again. */
export function gitSource({
  cluster,
  config,
  credential,
  cacheDir,
}: GitSourceOptions): DesiredSource {
  const { repository, branch, path } = config;
  const isRemote = /^https?:/.test(repository);
  const parsed: ParsedBlobs = new Map();
  let last: DesiredContents | undefined;
  let lastSigners: string | undefined;
  let reading: Promise<DesiredContents> | undefined;

  async function open(): Promise<OpenRepository> {
    if (!isRemote) return openLocal(repository, branch);
    return openRemote(repository, branch, {
      credential,
      username: config.credential?.username ?? "git",
      ca: config.caFile ? await authorities(config.caFile) : null,
      timeoutMillis: config.timeoutSeconds * 1_000,
      mostBytes: MOST_BYTES,
      cacheDir,
    });
  }

  async function read(): Promise<DesiredContents> {
    try {
      const signers = await signersOf(config);
      const at = await open();
      if (last?.revision === at.commit && lastSigners === signers?.text) return last;
      const { commit, takenAt } = await commitOf(at, signers);
      const { manifests, problems, digest } = await readTree(at, path, parsed);
      lastSigners = signers?.text;
      last = { manifests, problems, revision: at.commit, commit, notes: [], digest, takenAt };
      return last;
    } catch (error) {
      const told = toldAs(error);
      // A copy that can't be read is made anew next time.
      if (isRemote && told.failure === "unreadable") await forgetCopy(cacheDir, repository);
      throw told;
    }
  }

  return {
    kind: "git",
    name: config.name ?? nameOf(config),
    cluster,
    read: () => {
      reading ??= read().finally(() => {
        reading = undefined;
      });
      return reading;
    },
    close: async () => {
      await reading?.catch(() => undefined);
      if (isRemote) await forgetCopy(cacheDir, repository);
    },
  };
}

async function authorities(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch {
    throw new DesiredSourceError("away", "the file of authorities to trust can't be read");
  }
}

async function commitOf({ gitdir, commit: hash }: OpenRepository, signers: Signers | null) {
  const { commit } = await git.readCommit({ fs, gitdir, oid: hash });
  const { object } = await git.readObject({ fs, gitdir, oid: hash, format: "content" });
  const committedAt = dateOf(commit.committer.timestamp);
  const signed = { hash, object: Buffer.from(object as Uint8Array), committedAt };
  const facts: DesiredCommit = {
    hash,
    authoredAt: dateOf(commit.author.timestamp),
    signature: checkSignature(signed, signers),
  };
  return { commit: facts, takenAt: committedAt };
}

/** Anybody may write any number there. */
function dateOf(seconds: number): Date | null {
  const isSound = Number.isInteger(seconds) && seconds >= 0 && seconds < 253_402_300_800;
  return isSound ? new Date(seconds * 1_000) : null;
}

/** `host/team/repository#branch:path`, without anything secret. */
function nameOf({ repository, branch, path }: GitConfig): string {
  const url = URL.parse(repository);
  const where =
    url && url.protocol !== "file:"
      ? `${url.host}${url.pathname}`
      : basename(url?.pathname ?? repository);
  const folder = path === "" || path === "." ? "" : `:${path}`;
  return `${where.replace(/\.git$/, "")}#${branch}${folder}`.slice(0, 200);
}

/** No message of the library's leaves: it may quote a URL or what a server said. */
function toldAs(error: unknown): DesiredSourceError {
  if (error instanceof DesiredSourceError) return error;
  const { name, code } = error as { name?: string; code?: string };
  if (name === "TimeoutError" || name === "AbortError") {
    return new DesiredSourceError("away", "the host of the repository took too long");
  }
  const network = /^(E[A-Z]+|UND_ERR_\w+|ERR_(TLS|SSL)_\w+|UNABLE_\w+|\w*CERT\w*)$/;
  if (code && network.test(code)) {
    return new DesiredSourceError("away", `the repository can't be reached (${code})`);
  }
  const why = code ?? name ?? "unknown";
  return new DesiredSourceError("unreadable", `the repository can't be read (${why})`);
}
