import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { layDemoCluster } from "#server/embedded/cluster/lay-demo-cluster.ts";
import { driftCommand } from "./commands/drift.ts";

const DEPLOY = join(import.meta.dirname, "../../deploy");
let folder: string;
let live: string;
let repository: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "console-desired-"));
  live = join(folder, "live");
  repository = join(folder, "repository");
  await layDemoCluster({
    sovereign: "omantel",
    source: join(DEPLOY, "demo-cluster/omantel"),
    drift: join(DEPLOY, "demo-drift/omantel"),
    live,
    repository,
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

async function drift(...args: string[]) {
  const lines: string[] = [];
  const errors: string[] = [];
  const code = await driftCommand.run(args, {
    out: (line) => lines.push(line),
    err: (line) => errors.push(line),
  });
  return { code, lines, errors };
}

test("a repository says the same as its folder, and which commit it was", async () => {
  const git = `${repository}#main:clusters/omantel`;
  const [asked, plain] = [
    await drift("--git", git, "--live", live),
    await drift("--desired", join(repository, "clusters/omantel"), "--live", live),
  ];
  expect(asked.code).toBe(1);
  expect(asked.lines).toEqual(plain.lines);
  expect(asked.errors).toEqual([expect.stringMatching(/^desired from git .* at [0-9a-f]{40}$/)]);
  const { sources } = JSON.parse(
    (await drift("--git", git, "--live", live, "--json")).lines.join("\n"),
  );
  expect(sources).toMatchObject([{ kind: "git", commit: { signature: { state: "none" } } }]);
});

test("what can't be read is said, and a password in an address is refused", async () => {
  await expect(drift("--git", `${repository}#release`, "--live", live)).rejects.toThrow(
    "the repository has no branch release",
  );
  await expect(drift("--git", "https://a:b@git.example.om/x", "--live", live)).rejects.toThrow(
    "without a password",
  );
  await expect(drift("--live", live)).rejects.toThrow("Name --desired DIR, --git");
});

test("a stack: fine, drifted, or not to be told", async () => {
  const file = join(folder, "stack.json");
  const pod = (image: unknown) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "settings", namespace: "shop" },
    data: { image },
  });
  const stack = (image: unknown) => {
    const type = "kubernetes:core/v1:ConfigMap";
    const resource = { urn: `urn:pulumi:p::s::${type}::x`, custom: true, type, inputs: pod(image) };
    writeFileSync(file, JSON.stringify({ version: 3, deployment: { resources: [resource] } }));
  };
  const one = join(folder, "one.yaml");
  writeFileSync(one, JSON.stringify(pod("web")));
  const run = () => drift("--pulumi", file, "--live", one);
  stack("web");
  expect((await run()).code).toBe(0);
  stack("other");
  expect((await run()).code).toBe(1);
  stack({
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    ciphertext: "AAAB",
  });
  const hidden = await run();
  expect(hidden.code).toBe(2);
  expect(hidden.lines.join("\n")).toMatch(/not-comparable: ConfigMap shop\/settings/);
  expect(hidden.lines.join("\n")).not.toMatch(/AAAB|web/);
});
