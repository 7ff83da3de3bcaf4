import fs, {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import git from "isomorphic-git";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SecretValue } from "#server/platform/secret-value.ts";
import { DesiredConfig, type GitConfig } from "../desired-config.ts";
import { gitBackend, startGitBackend } from "../testing/git-backend.ts";
import { startGitServer } from "../testing/git-server.ts";
import { gitSource } from "./git-source.ts";

let folder: string;
let cacheDir: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "console-git-"));
  cacheDir = join(folder, "cache");
  await git.init({ fs, dir: repository(), defaultBranch: "main" });
  await commit({
    "clusters/muscat/web.yaml": config("web"),
    "clusters/muscat/secret.yaml":
      "apiVersion: v1\nkind: Secret\nmetadata: { name: s }\nstringData: { password: hunter2 }\n",
    "clusters/salalah/other.yaml": config("other"),
    "README.md": "# Clusters\n",
  });
});

afterEach(() => rmSync(folder, { recursive: true }));

const repository = () => join(folder, "repository");
const config = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\n`;

async function commit(
  files: Record<string, string>,
  at = Date.UTC(2026, 10, 1) / 1_000,
): Promise<string> {
  const dir = repository();
  for (const [filepath, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, filepath)), { recursive: true });
    writeFileSync(join(dir, filepath), text);
    await git.add({ fs, dir, filepath });
  }
  const author = {
    name: "Platform",
    email: "platform@example.om",
    timestamp: at,
    timezoneOffset: -240,
  };
  return git.commit({ fs, dir, message: "Change", author });
}

function source(
  more: Partial<GitConfig> = {},
  credential: (() => Promise<SecretValue>) | null = null,
) {
  const parsed = DesiredConfig.parse({
    git: { repository: repository(), path: "clusters/muscat", ...more },
  }) as { git: GitConfig };
  return gitSource({ cluster: "muscat", config: parsed.git, credential, cacheDir });
}

test("the folder of a branch is read with its commit; no secret value is kept", async () => {
  const git1 = source();
  const read = await git1.read();
  expect(read.manifests.map(({ metadata }) => metadata.name)).toEqual(["s", "web"]);
  expect(JSON.stringify(read)).not.toContain("hunter2");
  expect(read.problems).toEqual([]);
  expect(read.commit).toEqual({
    hash: read.revision,
    authoredAt: new Date(Date.UTC(2026, 10, 1)),
    signature: { state: "none" },
  });
  expect(git1.name).toBe("repository#main:clusters/muscat");
  expect(await source({ repository: `file://${repository()}` }).read()).toMatchObject({
    digest: read.digest,
  });
});

test("the same commit is not parsed again; a new one parses what changed", async () => {
  const one = source();
  const first = await one.read();
  expect(await one.read()).toBe(first);
  const revision = await commit({ "clusters/muscat/web.yaml": config("web2") });
  const second = await one.read();
  expect(second.revision).toBe(revision);
  expect(second.digest).not.toBe(first.digest);
  // The unchanged file's object is the very one that was parsed before.
  expect(second.manifests[0]).toBe(first.manifests[0]);
  expect(second.manifests[1]?.metadata.name).toBe("web2");
  // A commit elsewhere changes the revision alone.
  await commit({ "clusters/salalah/other.yaml": config("other2") });
  expect((await one.read()).digest).toBe(second.digest);
});

test("links, submodules and bad files are problems; the rest is read", async () => {
  symlinkSync("/etc/passwd", join(repository(), "clusters/muscat/link.yaml"));
  await git.add({ fs, dir: repository(), filepath: "clusters/muscat/link.yaml" });
  await commit({
    "clusters/muscat/bad.yaml": "a: 1\na: 2\n",
    "clusters/muscat/kustomization.yaml": "resources: [web.yaml]\n",
  });
  const { manifests, problems } = await source().read();
  expect(manifests).toHaveLength(2);
  expect(problems).toEqual([
    { file: "link.yaml", message: "a symbolic link, which is not followed" },
    { file: "bad.yaml", line: 2, message: "the key a is there twice" },
    { file: "kustomization.yaml", message: expect.stringContaining("kustomize") },
  ]);
});

test("what is wrong with a source is told apart", async () => {
  const failure = (more: Partial<GitConfig>) =>
    source(more)
      .read()
      .then(
        () => "read",
        (error: { failure: string }) => error.failure,
      );
  expect(await failure({ repository: join(folder, "gone") })).toBe("no-such-repository");
  expect(await failure({ branch: "release" })).toBe("no-such-branch");
  expect(await failure({ path: "clusters/nowhere" })).toBe("no-such-path");
  expect(await failure({ path: "clusters/../../.." })).toBe("no-such-path");
  expect(await failure({ repository: "http://127.0.0.1:1/x.git" })).toBe("away");
});

test("over HTTP: one commit deep, then only what is new, nothing when nothing moved", async () => {
  await using server = await startGitServer(join(repository(), ".git"));
  server.login = "reader:token-1";
  const credential = { username: "reader", file: "unused" };
  let token = "token-1";
  const remote = gitSource({
    cluster: "muscat",
    config: {
      ...(
        DesiredConfig.parse({
          git: { repository: server.url, path: "clusters/muscat" },
        }) as {
          git: GitConfig;
        }
      ).git,
      credential,
    },
    credential: async () => SecretValue.of(token),
    cacheDir,
  });
  await commit({ "README.md": "# More\n" });
  const first = await remote.read();
  expect(first.manifests).toHaveLength(2);
  expect(remote.name).not.toContain("token");
  // One commit, four trees and four blobs: no history.
  expect(server.packs).toEqual([9]);

  server.requests.length = 0;
  expect(await remote.read()).toBe(first);
  expect(server.requests).toEqual(["GET info/refs"]);

  const revision = await commit({
    "clusters/muscat/web.yaml": "apiVersion: v1\nkind: Pod\nmetadata: { name: p }\n",
  });
  expect(await remote.read()).toMatchObject({ revision });
  // The commit, the trees on the way and the blob.
  expect(server.packs).toEqual([9, 5]);

  const failure = () =>
    remote.read().then(
      () => "read",
      (error: Error & { failure: string }) => {
        expect(`${error.message} ${error.stack}`).not.toContain(token);
        return error.failure;
      },
    );
  token = "token-wrong";
  expect(await failure()).toBe("forbidden");
  token = "token-1";
  for (const mode of ["fail", "redirect"] as const) {
    server.mode = mode;
    expect(await failure()).toBe("away");
  }
  server.mode = "answer";
  expect(await failure()).toBe("read");

  await remote.close();
  expect(readdirSync(cacheDir)).toEqual([]);
});

test("a host that never answers is away when the time is up", async () => {
  await using server = await startGitServer(join(repository(), ".git"));
  server.mode = "hang";
  const remote = source({ repository: server.url, timeoutSeconds: 1 });
  await expect(remote.read()).rejects.toMatchObject({ failure: "away" });
});

test("a repository that asks for a credential, or is not there, says so", async () => {
  await using server = await startGitServer(join(repository(), ".git"));
  server.login = "reader:token-1";
  await expect(source({ repository: server.url }).read()).rejects.toMatchObject({
    failure: "forbidden",
  });
  server.login = null;
  const other = server.url.replace("desired", "other");
  await expect(source({ repository: other }).read()).rejects.toMatchObject({
    failure: "no-such-repository",
  });
});

test("the configuration takes no password in an address, and no credential over plain http", () => {
  const faults = (git: object) => DesiredConfig.safeParse({ git }).error?.issues.length ?? 0;
  expect(faults({ repository: "https://git.example.om/x.git", credential: { file: "t" } })).toBe(0);
  expect(faults({ repository: "https://user:pass@git.example.om/x.git" })).toBeGreaterThan(0);
  expect(faults({ repository: "http://git.example.om/x.git" })).toBeGreaterThan(0);
  expect(faults({ repository: "ssh://git@git.example.om/x.git" })).toBeGreaterThan(0);
  expect(faults({ repository: "https://git.example.om/x.git", credential: {} })).toBeGreaterThan(0);
});

const backend = gitBackend();

test.skipIf(backend === null)(
  "Git's own server is read the same way, commit after commit",
  async () => {
    await using server = await startGitBackend(backend ?? "", folder);
    const remote = source({ repository: `${server.url}/repository/.git` });
    for (const name of ["web", "web2", "web3"]) {
      const revision = await commit({ "clusters/muscat/web.yaml": config(name) });
      const read = await remote.read();
      expect(read.revision).toBe(revision);
      expect(read.manifests.map(({ metadata }) => metadata.name)).toEqual(["s", name]);
      expect(read.digest).toBe((await source().read()).digest);
    }
    const failure = (more: Partial<GitConfig>) =>
      source({ repository: `${server.url}/repository/.git`, ...more })
        .read()
        .catch((error: { failure: string }) => error.failure);
    expect(await failure({ branch: "release" })).toBe("no-such-branch");
    expect(await failure({ repository: `${server.url}/nothing.git` })).toBe("no-such-repository");
  },
);
