import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { layDemoCluster } from "#server/embedded/cluster/lay-demo-cluster.ts";
import { readSnapshot } from "#server/integrations/kubernetes/snapshot.ts";
import type { Command } from "./command.ts";
import { driftCommand } from "./commands/drift.ts";
import { reachCommand } from "./commands/reach.ts";

const DEPLOY = join(import.meta.dirname, "../../deploy");
const RUNS = 12;
let folder: string;
let documents: string[];
let desired: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "console-filed-"));
  const live = join(folder, "as-written");
  const repository = join(folder, "repository");
  const [source, drift] = ["demo-cluster", "demo-drift"].map((name) =>
    join(DEPLOY, name, "omantel"),
  );
  await layDemoCluster({
    sovereign: "omantel",
    source: source ?? "",
    drift: drift ?? "",
    live,
    repository,
  });
  desired = join(repository, "clusters/omantel");
  documents = readdirSync(live, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".yaml"))
    .flatMap((name) => parseAllDocuments(readFileSync(join(live, name), "utf8")).map(String));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function output(command: Command, ...args: string[]): Promise<string[]> {
  const lines: string[] = [];
  const say = (line: string) => lines.push(line);
  const code = await command.run(args, { out: say, err: say });
  return [`exit ${code}`, ...lines];
}

async function seen(live: string) {
  const { objects, problems } = await readSnapshot(live);
  return {
    objects: objects.map(({ manifest }) => JSON.stringify(manifest)).sort(),
    problems: problems.length,
    reach: await output(reachCommand, live),
    drift: await output(driftCommand, "--desired", desired, "--live", live),
  };
}

test("renaming, reordering and splitting files changes nothing that is found", async () => {
  const before = await seen(join(folder, "as-written"));
  expect(before.drift[0]).toBe("exit 1");
  expect(before.reach.length).toBeGreaterThan(100);
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
  const filing = fc.record({
    order: fc.shuffledSubarray([...documents.keys()], { minLength: documents.length }),
    names: fc.uniqueArray(name, { minLength: 1, maxLength: 12 }),
    folders: fc.array(name, { maxLength: 3 }),
    asLists: fc.boolean(),
  });
  let at = 0;
  await fc.assert(
    fc.asyncProperty(filing, async ({ order, names, folders, asLists }) => {
      at += 1;
      const live = join(folder, `filed-${at}`);
      const files = new Map<string, string[]>();
      for (const [position, index] of order.entries()) {
        const file = `${[...folders.slice(0, position % 4), names[position % names.length]].join("/")}.yaml`;
        files.set(file, [...(files.get(file) ?? []), documents[index] ?? ""]);
      }
      for (const [file, texts] of files) {
        mkdirSync(dirname(join(live, file)), { recursive: true });
        const plain = texts.map((text) => text.replace(/^---\n/, "")).join("---\n");
        writeFileSync(join(live, file), asLists ? asList(plain) : plain);
      }
      expect(await seen(live)).toEqual(before);
      rmSync(live, { recursive: true });
    }),
    { numRuns: RUNS },
  );
}, 300_000);

/** As `kubectl get -o json` writes several objects. */
function asList(text: string): string {
  const items = parseAllDocuments(text).map((document) => document.toJS());
  return JSON.stringify({ apiVersion: "v1", kind: "List", items }, null, 2);
}

test("of two that contradict each other the same one counts, whatever the files are called", async () => {
  const config = (value: string) =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }\ndata: { a: ${value} }\n`;
  const kept = await Promise.all(
    [
      ["a.yaml", "b.yaml"],
      ["b.yaml", "a.yaml"],
    ].map(async ([first = "", second = ""], index) => {
      const live = join(folder, `contradiction-${index}`);
      mkdirSync(live);
      writeFileSync(join(live, first), config("one"));
      writeFileSync(join(live, second), config("two"));
      const { objects, problems } = await readSnapshot(live);
      expect(problems).toHaveLength(1);
      return objects[0]?.manifest.data;
    }),
  );
  expect(kept[0]).toEqual(kept[1]);
});
