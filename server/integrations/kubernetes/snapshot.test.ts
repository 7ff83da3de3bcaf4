import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { namespaceOwners } from "#server/engines/kubernetes/namespace-owners.ts";
import { readSnapshot } from "./snapshot.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sovereign-console-snapshot-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (name: string, text: string) => writeFileSync(join(folder, name), text);
const config = (name: string, extra = "") =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name}, namespace: shop }\n${extra}`;
const names = async () =>
  (await readSnapshot(folder)).objects.map(({ manifest }) => manifest.metadata.name);

test("reads YAML, JSON, many documents, lists and subfolders, in the order of their names", async () => {
  mkdirSync(join(folder, "b"));
  put("b/two.json", JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata: { name: "pod" } }));
  put("a.yaml", `${config("one")}---\n${config("two")}`);
  put(
    "c.yml",
    `apiVersion: v1\nkind: List\nitems:\n  - apiVersion: v1\n    kind: Namespace\n    metadata:\n      name: shop\n      labels: { catalyst.openova.io/tenant: acme, catalyst.openova.io/environment: prod }\n`,
  );
  put("notes.txt", "not: read");
  const snapshot = await readSnapshot(folder);
  expect(snapshot.objects.map(({ manifest, file }) => [file, manifest.metadata.name])).toEqual([
    ["a.yaml", "one"],
    ["a.yaml", "two"],
    ["b/two.json", "pod"],
    ["c.yml", "shop"],
  ]);
  expect(snapshot.problems).toEqual([]);
  const owners = namespaceOwners(snapshot.objects.map(({ manifest }) => manifest));
  expect([...owners]).toEqual([["shop", { tenant: "acme", environment: "prod" }]]);
});

test("a bad file is named with its line, and the rest is read", async () => {
  put("bad.yaml", "apiVersion: v1\nkind: ConfigMap\nkind: Pod\n");
  put("good.yaml", config("good"));
  put("kindless.yaml", "apiVersion: v1\nmetadata: { name: x }\n");
  const { objects, problems } = await readSnapshot(folder);
  expect(objects.map(({ manifest }) => manifest.metadata.name)).toEqual(["good"]);
  expect(problems).toMatchObject([
    { file: "bad.yaml", line: 3 },
    { file: "kindless.yaml", line: 1 },
  ]);
});

test("says when it was taken and changes its digest with any file", async () => {
  put("a.yaml", config("one"));
  put("b.yaml", config("two"));
  utimesSync(join(folder, "a.yaml"), 1_000, 1_000);
  utimesSync(join(folder, "b.yaml"), 2_000, 2_000);
  const before = await readSnapshot(folder);
  expect(before.takenAt).toEqual(new Date(2_000_000));
  expect((await readSnapshot(folder)).digest).toBe(before.digest);
  put("b.yaml", config("three"));
  expect((await readSnapshot(folder)).digest).not.toBe(before.digest);
});

test("keeps no value of a Secret, nor what a parser quotes of one", async () => {
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: "login",
      annotations: {
        "kubectl.kubernetes.io/last-applied-configuration": '{"stringData":{"password":"hunter2"}}',
        team: "orders",
      },
      managedFields: [{ fieldsV1: { "f:hunter2": {} } }],
    },
    data: { password: "aHVudGVyMg==" },
    stringData: { password: "hunter2" },
  };
  put("secret.json", JSON.stringify(secret));
  put("broken.yaml", 'kind: Secret\nstringData: { password: "hunter2" "hunter2" }\n');
  put("alias.yaml", "kind: Secret\nstringData: *hunter2\nmetadata: { name: x }\n");
  const snapshot = await readSnapshot(folder);
  expect(JSON.stringify(snapshot)).not.toMatch(/hunter2|aHVudGVyMg/);
  expect(snapshot.objects[0]?.manifest).toMatchObject({
    metadata: { annotations: { team: "orders" } },
    data: { password: null },
  });
  expect(snapshot.problems.length).toBeGreaterThanOrEqual(2);
});

test("the same object twice is one; two that differ are told", async () => {
  put("a.yaml", config("one"));
  put("b.yaml", config("one"));
  expect(await names()).toEqual(["one"]);
  put("c.yaml", config("one", "data: { a: b }\n"));
  const { objects, problems } = await readSnapshot(folder);
  expect(objects).toHaveLength(1);
  expect(problems).toMatchObject([{ file: "c.yaml", message: expect.stringContaining("a.yaml") }]);
});

test("a single file is a snapshot too; a mount's older generations are not read", async () => {
  mkdirSync(join(folder, "..data"));
  put("..data/a.yaml", config("mounted"));
  symlinkSync(join(folder, "..data/a.yaml"), join(folder, "a.yaml"));
  expect(await names()).toEqual(["mounted"]);
  expect((await readSnapshot(join(folder, "a.yaml"))).objects).toHaveLength(1);
});

test("no such folder is refused with a reason; one that leads into itself is told", async () => {
  await expect(readSnapshot(join(folder, "gone"))).rejects.toMatchObject({ failure: "absent" });
  symlinkSync(folder, join(folder, "loop"));
  expect((await readSnapshot(folder)).problems).toEqual([
    { file: "loop", message: "a link that leads back to itself" },
  ]);
});

test("an empty folder is a snapshot of nothing, taken at no time", async () => {
  expect(await readSnapshot(folder)).toMatchObject({ objects: [], problems: [], takenAt: null });
});
