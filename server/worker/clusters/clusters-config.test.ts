import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { configuredClusters, readClustersFile } from "./clusters-config.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "clusters-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function read(text: string) {
  const file = join(folder, "clusters.yaml");
  writeFileSync(file, text);
  return readClustersFile(file);
}

test("several clusters and regions, with paths from the file's folder on", () => {
  const clusters = read(`
clusters:
  - name: muscat-1
    region: muscat
    live: { kubeconfig: keys/muscat, context: reader, secrets: none }
    desired: [{ folder: wanted }]
  - { name: salalah-1, region: salalah, live: { inCluster: true } }
  - { name: old, live: { snapshot: /srv/old } }
`);
  expect(clusters).toMatchObject([
    {
      name: "muscat-1",
      region: "muscat",
      live: { kubeconfig: join(folder, "keys/muscat"), context: "reader", secrets: "none" },
      desired: [{ folder: join(folder, "wanted") }],
    },
    { name: "salalah-1", live: { inCluster: true, secrets: "keys" }, desired: [] },
    { name: "old", region: null, live: { snapshot: "/srv/old" } },
  ]);
});

test.each([
  ["clusters: []", "clusters: must name at least one cluster"],
  [
    "clusters: [{ name: Muscat, live: { inCluster: true } }]",
    "clusters.0.name: must be a lower-case name",
  ],
  ["clusters: [{ name: a, live: {} }]", "clusters.0.live: must be { snapshot: <path> }"],
  [
    "clusters: [{ name: a, regoin: muscat, live: { inCluster: true } }]",
    "clusters.0: Unrecognized key",
  ],
  [
    "clusters: [{ name: a, live: { inCluster: true } }, { name: a, live: { inCluster: true } }]",
    'clusters.1.name: "a" is the name of another cluster in this file',
  ],
  ["clusters:\n  - name: a\n    name: b", "line 3: Map keys must be unique"],
])("%s is refused with its field and the remedy", (text, message) => {
  expect(() => read(text)).toThrow(message);
});

test("a file that isn't there is named; without one the snapshot is one cluster, or there is none", () => {
  expect(() => readClustersFile(join(folder, "none.yaml"))).toThrow("can't be read (ENOENT)");
  expect(configuredClusters({ KUBERNETES_SNAPSHOT_DIR: "/srv/omantel" })).toMatchObject([
    { name: "omantel", region: null, live: { snapshot: "/srv/omantel" } },
  ]);
  expect(configuredClusters({})).toEqual([]);
});
