import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Document, parseAllDocuments } from "yaml";
import { list, record } from "#server/engines/kubernetes/manifest-fields.ts";
import { type DemoDrift, readDemoDrift, type Target } from "./demo-drift.ts";
import { writeDemoRepository } from "./demo-repository.ts";

export interface DemoClusterFolders {
  sovereign: string;
  /** The demo's manifests, and what drifted from them. */
  source: string;
  drift: string;
  /** The folder that is the cluster. */
  live: string;
  /** The Git repository of what is desired. */
  repository: string;
}

/** What nobody writes into a repository: a node's or a controller's own. */
const NOT_DECLARED = new Set(["Node", "Pod", "ReplicaSet"]);

interface Entry {
  file: string;
  document: Document;
}

/**
 * Makes the demo's cluster and the repository that says what it should be, from the same manifests, and
 * lays over the cluster what drifted. A cluster that was made of these very manifests stays as it is since:
 * what was mended in it stays mended.
 */
export async function layDemoCluster(folders: DemoClusterFolders): Promise<void> {
  const { sovereign, source, drift, live, repository } = folders;
  const drifts = readDemoDrift(drift);
  const files = readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".yaml"))
    .sort();
  const read = (): Entry[] =>
    files.flatMap((file) =>
      parseAllDocuments(readFileSync(join(source, file), "utf8")).map((document) => ({
        file,
        document,
      })),
    );
  const wanted = textsOf(desiredOf(read(), drifts));
  await writeDemoRepository(repository, sovereign, wanted);
  const texts = [...textsOf(liveOf(read(), drifts))];
  const digest = createHash("sha256").update(JSON.stringify(texts)).digest("hex");
  const laid = `${live}.laid`;
  if (existsSync(live) && existsSync(laid) && readFileSync(laid, "utf8") === digest) return;
  rmSync(live, { recursive: true, force: true });
  for (const [file, text] of texts) {
    mkdirSync(dirname(join(live, file)), { recursive: true });
    writeFileSync(join(live, file), text);
  }
  writeFileSync(laid, digest);
}

function desiredOf(entries: readonly Entry[], drifts: readonly DemoDrift[]): Entry[] {
  const left = drifts.flatMap((each) => ("unmanaged" in each ? [each.unmanaged] : []));
  const kept = entries.filter(
    ({ document }) =>
      !NOT_DECLARED.has(String(document.get("kind"))) &&
      !left.some((target) => isAt(document, target)),
  );
  for (const { document } of kept) document.delete("status");
  const more = drifts.flatMap((each) =>
    "missing" in each ? [entryOf("settings.yaml", each.missing)] : [],
  );
  return [...kept, ...more];
}

function liveOf(entries: readonly Entry[], drifts: readonly DemoDrift[]): Entry[] {
  const all = [...entries];
  for (const { document } of all) if (document.get("kind") === "Pod") runImages(document);
  for (const drift of drifts) {
    if ("missing" in drift) continue;
    if ("add" in drift) all.push(entryOf("by-hand.yaml", drift.add));
    const targets = "change" in drift ? drift.change : [targetOf(drift)];
    for (const target of targets) {
      const found = all.find(({ document }) => isAt(document, target));
      if (!found)
        throw new Error(`the demo has no ${target.kind} ${target.namespace}/${target.name}`);
      const { document } = found;
      for (const [pointer, value] of "change" in drift ? Object.entries(drift.set) : []) {
        document.setIn(stepsOf(pointer), document.createNode(value));
      }
      if (!drift.by) continue;
      const { manager, at, fields } = drift.by;
      const apiVersion = String(document.get("apiVersion"));
      const entry = {
        manager,
        operation: "Update",
        apiVersion,
        time: at,
        fieldsType: "FieldsV1",
        fieldsV1: fields,
      };
      document.setIn(["metadata", "managedFields"], document.createNode([entry]));
    }
  }
  return all;
}

/** As a node reports it: which image each container runs; a tag alone says nothing of that. */
function runImages(document: Document): void {
  const containers = list(record(record(document.toJS()).spec).containers).map(record);
  const statuses = containers.map(({ name, image }) => ({
    name,
    ready: true,
    image,
    // The demo's deployments were approved with digests that are made of the reference, too.
    imageID: `${String(image).replace(/:[^:/]*$/, "")}@sha256:${createHash("sha256").update(String(image)).digest("hex")}`,
  }));
  document.setIn(["status", "containerStatuses"], document.createNode(statuses));
}

function targetOf(drift: Exclude<DemoDrift, { change: unknown } | { missing: unknown }>): Target {
  if ("unmanaged" in drift) return drift.unmanaged;
  const { kind, metadata } = drift.add;
  const { namespace } = metadata;
  return { kind, name: metadata.name, ...(typeof namespace === "string" ? { namespace } : {}) };
}

function isAt(document: Document, { kind, namespace, name }: Target): boolean {
  return (
    document.get("kind") === kind &&
    document.getIn(["metadata", "name"]) === name &&
    document.getIn(["metadata", "namespace"]) === namespace
  );
}

function entryOf(file: string, manifest: unknown): Entry {
  const [document] = parseAllDocuments(JSON.stringify(manifest));
  if (!document || !("contents" in document)) throw new Error("an empty manifest");
  return { file, document: document as Document };
}

function stepsOf(pointer: string): (string | number)[] {
  return pointer
    .slice(1)
    .split("/")
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}

function textsOf(entries: readonly Entry[]): Map<string, string> {
  const texts = new Map<string, string[]>();
  for (const { file, document } of entries) {
    texts.set(file, [...(texts.get(file) ?? []), String(document).replace(/^---\n/, "")]);
  }
  return new Map([...texts].map(([file, parts]) => [file, parts.join("---\n")]));
}
