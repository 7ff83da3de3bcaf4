import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { diffObjects } from "#server/engines/differ/diff.ts";
import type { JsonObject } from "#server/engines/differ/json.ts";
import { hasHiddenValue } from "#server/engines/kubernetes/hidden-value.ts";
import { pulumiSource } from "./pulumi-source.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "console-pulumi-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const secret = (ciphertext: string) => ({
  [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270",
  ciphertext,
});
const urn = (type: string, name: string) => `urn:pulumi:prod::platform::${type}::${name}`;
const provider = (name: string) => `${urn("pulumi:providers:kubernetes", name)}::0d1f`;

function resource(type: string, name: string, inputs: object, more: object = {}) {
  return {
    urn: urn(type, name),
    custom: true,
    type,
    id: `shop/${name}`,
    inputs,
    provider: provider("default_4_18_0"),
    ...more,
  };
}

const deployment = (name: string, spec: object = { replicas: 2 }) =>
  resource("kubernetes:apps/v1:Deployment", name, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace: "shop" },
    spec,
  });

async function read(resources: unknown[], more: object = {}, providers?: string[]) {
  const file = join(folder, "stack.json");
  const manifest = { time: "2026-11-01T08:00:00.000Z", magic: "m", version: "v3.140.0" };
  const state = { version: 3, deployment: { manifest, resources, ...more } };
  writeFileSync(file, JSON.stringify(state, null, 2));
  return pulumiSource("muscat", { file, ...(providers ? { providers } : {}) }).read();
}

test("resources become objects from their inputs; components and other clouds are left out", async () => {
  const { manifests, problems, notes, revision, takenAt } = await read([
    { urn: urn("pulumi:pulumi:Stack", "s"), custom: false, type: "pulumi:pulumi:Stack" },
    {
      urn: provider("default_4_18_0"),
      custom: true,
      type: "pulumi:providers:kubernetes",
      id: "0d1f",
    },
    deployment("web"),
    // Neither apiVersion nor kind nor name are needed: type and id tell them.
    resource("kubernetes:core/v1:ConfigMap", "settings", { data: { a: "b" }, __defaults: [] }),
    resource("kubernetes:core/v1:Namespace", "shop", {}, { id: "shop" }),
    resource("azure-native:network:VirtualNetwork", "net", { cidr: "10.0.0.0/8" }),
    resource("kubernetes:yaml/v2:ConfigGroup", "group", {}, { custom: false }),
    { ...deployment("old"), delete: true },
    { ...deployment("seen"), external: true },
  ]);
  expect(problems).toEqual([]);
  expect(manifests).toEqual([
    expect.objectContaining({ kind: "Deployment", spec: { replicas: 2 } }),
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "settings", namespace: "shop" },
      data: { a: "b" },
    },
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } },
  ]);
  expect(notes).toEqual([
    "left out: 1 components, whose parts are listed by themselves",
    "left out: 1 objects that are only read",
    "left out: 1 objects that are still to be deleted",
  ]);
  expect(revision).toBe("platform/prod@2026-11-01T08:00:00.000Z");
  expect(takenAt).toEqual(new Date("2026-11-01T08:00:00.000Z"));
});

test("what is encrypted or unknown can't be compared, and neither side of it is shown", async () => {
  const env = [
    { name: "DB_PASSWORD", value: secret("AAABAJ9cipher") },
    { name: "LEVEL", value: "info" },
  ];
  const { manifests } = await read([
    deployment("web", { replicas: 2, template: { spec: { containers: [{ name: "app", env }] } } }),
    resource("kubernetes:core/v1:Secret", "login", { stringData: secret("AAABcipher2") }),
    resource("kubernetes:core/v1:ConfigMap", "later", {
      data: { host: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" },
    }),
  ]);
  expect(JSON.stringify(manifests)).not.toContain("cipher");
  expect(manifests.map(hasHiddenValue)).toEqual([true, true, true]);
  const live = (replicas: number, password: string): JsonObject => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "shop" },
    spec: {
      replicas,
      template: {
        spec: {
          containers: [
            {
              name: "app",
              env: [
                { name: "DB_PASSWORD", value: password },
                { name: "LEVEL", value: "info" },
              ],
            },
          ],
        },
      },
    },
  });
  const desired = manifests[0] as unknown as JsonObject;
  const same = diffObjects({ desired, live: live(2, "hunter2") });
  expect(same.status).toBe("unknown");
  expect(same.uncomparable).toEqual([
    "/spec/template/spec/containers/app/env/DB_PASSWORD/value is encrypted or not known",
  ]);
  const other = diffObjects({ desired, live: live(3, "hunter2") });
  expect(other).toMatchObject({ status: "drifted", differences: [{ path: "/spec/replicas" }] });
  expect(other.uncomparable).toHaveLength(1);
  const login = diffObjects({
    desired: manifests[1] as unknown as JsonObject,
    live: {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "login", namespace: "shop" },
      data: { password: "aHVudGVyMg==" },
    },
  });
  expect(login.status).toBe("unknown");
  expect(JSON.stringify([same, other, login])).not.toMatch(/hunter2|aHVudGVyMg/);
});

test("an interrupted update and opaque resources are problems with their lines", async () => {
  const { manifests, problems } = await read(
    [
      deployment("web"),
      resource("kubernetes:helm.sh/v3:Release", "ingress", { chart: "ingress-nginx" }),
      { ...deployment("anew"), pendingReplacement: true },
      5,
    ],
    { pending_operations: [{ type: "updating", resource: deployment("web") }] },
  );
  expect(manifests).toHaveLength(1);
  expect(problems.map(({ message }) => message)).toEqual([
    "resource 3 is no object",
    expect.stringContaining("makes objects that the stack does not list"),
    "it was deleted to be made anew",
    "the stack's last update was interrupted while updating it",
  ]);
  expect(problems.at(-1)?.line).toBeGreaterThan(5);
});

test("of several clusters only the one that is named", async () => {
  const far = { ...deployment("far"), provider: provider("salalah") };
  await expect(read([deployment("web"), far])).rejects.toMatchObject({
    failure: "unreadable",
    message: expect.stringContaining("several Kubernetes providers (default, salalah)"),
  });
  const { manifests, notes } = await read([deployment("web"), far], {}, ["salalah"]);
  expect(manifests.map(({ metadata }) => metadata.name)).toEqual(["far"]);
  expect(notes).toEqual(["left out: 1 objects of other clusters"]);
  await expect(read([far], {}, ["sohar"])).rejects.toMatchObject({ failure: "unreadable" });
});

test.each([
  ["no JSON", '{\n "version": 3,\n "x": hunter2', /stack\.json:3: not JSON/],
  [
    "another version",
    '{"version": 4, "deployment": {}}',
    /version 3 is needed, this says version 4/,
  ],
  ["no resources", '{"version": 3, "deployment": {}}', /no list of resources/],
  ["no object at all", "[]", /version 3 is needed/],
])("%s is unreadable, and no value is quoted", async (_name, text, message) => {
  const file = join(folder, "stack.json");
  writeFileSync(file, text);
  const reading = pulumiSource("muscat", { file }).read();
  await expect(reading).rejects.toMatchObject({
    failure: "unreadable",
    message: expect.stringMatching(message),
  });
  await expect(reading).rejects.not.toMatchObject({ message: expect.stringContaining("hunter2") });
});

test("bad values of one resource stop no other; a key that is there twice is told", async () => {
  const file = join(folder, "stack.json");
  const deep = `${'{"a":'.repeat(90)}1${"}".repeat(90)}`;
  const inputs = (name: string, more: string) =>
    `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"${name}"},${more}}`;
  const each = (name: string, more: string) =>
    `{"urn":"${urn("kubernetes:core/v1:ConfigMap", name)}","custom":true,"type":"kubernetes:core/v1:ConfigMap","id":"${name}","inputs":${inputs(name, more)}}`;
  const resources = [
    each("zero", '"data":{"a":"x\\u0000"}'),
    each("proto", '"data":{"__proto__":{"polluted":1}}'),
    each("deep", `"data":${deep}`),
    each("good", '"data":{"a":"1","a":"2"}'),
  ];
  writeFileSync(file, `{"version":3,"deployment":{"resources":[\n${resources.join(",\n")}\n]}}`);
  const { manifests, problems } = await pulumiSource("muscat", { file }).read();
  expect(manifests.map(({ metadata }) => metadata.name)).toEqual(["deep", "good"]);
  expect(problems.map(({ line, message }) => [line, message])).toEqual([
    [3, "a key named __proto__"],
    [5, "the key a is there twice"],
    [2, "text with half a character or with a zero byte"],
    [3, "a key that can't be one"],
  ]);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});
