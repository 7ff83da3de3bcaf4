import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { ManifestSet } from "#server/engines/kubernetes/manifest-set.ts";
import type { Manifest, ManifestProblem } from "#server/engines/kubernetes/read-manifests.ts";
import { DesiredConfig, type GitConfig } from "#server/integrations/desired/desired-config.ts";
import type {
  DesiredContents,
  DesiredSource,
} from "#server/integrations/desired/desired-source.ts";
import { gitSource } from "#server/integrations/desired/git/git-source.ts";
import { pulumiSource } from "#server/integrations/desired/pulumi-source.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { UsageError } from "./command.ts";
import { readObjects } from "./read-objects.ts";

export interface DesiredOptions {
  /** A folder or file of manifests. */
  desired?: string | undefined;
  /** `REPOSITORY#branch:path`; branch `main` and the whole repository when left out. */
  git?: string | undefined;
  gitTokenFile?: string | undefined;
  /** What `pulumi stack export` wrote. */
  pulumi?: string | undefined;
  /** The stack's providers that are this cluster. */
  providers?: readonly string[] | undefined;
}

export interface ReadDesired {
  manifests: readonly Manifest[];
  problems: readonly ManifestProblem[];
  /** Whether values of Secrets are among the manifests: only a folder that is read here has them. */
  hasValues: boolean;
  sources: (Pick<DesiredSource, "kind" | "name"> &
    Pick<DesiredContents, "revision" | "commit" | "notes">)[];
}

/** Everything that is asked for, from all sources that are named. Throws what can't be read at all. */
export async function readDesired(options: DesiredOptions): Promise<ReadDesired> {
  const cacheDir = await mkdtemp(join(tmpdir(), "console-desired-"));
  const sources = sourcesOf(options, cacheDir);
  const read: ReadDesired = {
    manifests: [],
    problems: [],
    hasValues: options.desired !== undefined && sources.length === 0,
    sources: [],
  };
  const set = new ManifestSet();
  try {
    if (options.desired) {
      const { manifests, problems } = await readObjects(options.desired);
      set.add(options.desired, { manifests, problems });
      const name = options.desired;
      read.sources.push({ kind: "folder", name, revision: null, commit: null, notes: [] });
    }
    for (const source of sources) {
      const { manifests, problems, revision, commit, notes } = await source.read();
      set.add(source.name, { manifests: [...manifests], problems: [...problems] });
      read.sources.push({ kind: source.kind, name: source.name, revision, commit, notes });
    }
  } finally {
    await Promise.all(sources.map((source) => source.close()));
    await rm(cacheDir, { recursive: true, force: true });
  }
  const { objects, problems } = set.contents();
  return { ...read, manifests: objects.map(({ manifest }) => manifest), problems };
}

function sourcesOf(options: DesiredOptions, cacheDir: string): DesiredSource[] {
  const { git, gitTokenFile, pulumi, providers } = options;
  const sources: DesiredSource[] = [];
  if (git) {
    const credential = gitTokenFile
      ? async () => SecretValue.of((await readFile(gitTokenFile, "utf8")).trim())
      : null;
    sources.push(
      gitSource({ cluster: "", config: gitConfig(git, gitTokenFile), credential, cacheDir }),
    );
  }
  if (pulumi)
    sources.push(
      pulumiSource("", { file: pulumi, ...(providers ? { providers: [...providers] } : {}) }),
    );
  return sources;
}

function gitConfig(text: string, tokenFile: string | undefined): GitConfig {
  const [, repository = "", branch, path] = /^([^#]*)(?:#([^:]*)(?::(.*))?)?$/s.exec(text) ?? [];
  const parsed = DesiredConfig.safeParse({
    git: {
      repository:
        repository.includes("://") || repository === "" ? repository : resolve(repository),
      ...(branch ? { branch } : {}),
      ...(path ? { path } : {}),
      ...(tokenFile ? { credential: { file: tokenFile } } : {}),
    },
  });
  if (!parsed.success || !("git" in parsed.data)) {
    throw new UsageError(
      "--git takes REPOSITORY#branch:path: a folder, file:// or https://, without a password in it; a token is sent over https only.",
    );
  }
  return parsed.data.git;
}
