import { utimesSync } from "node:fs";
import { join } from "node:path";
import { list, namespaceOf, record } from "#server/engines/kubernetes/manifest-fields.ts";
import { podTemplateOf, secretUseOf } from "#server/engines/kubernetes/pod-template.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import { type ManifestEntry, ManifestFolder } from "./manifest-folder.ts";

/** How often a secret is fetched again though nothing changed, as `refreshInterval` says in earnest. */
const REFRESH_MILLIS = 60_000;
/** Until a workload's pods are restarted after its Secret changed. */
const RESTART_MILLIS = 2_000;
/** External Secrets looked at in one turn. */
const AT_ONCE = 20;

/**
 * The demo's stand-in for the External Secrets operator and Reloader, on a folder of manifests: it
 * notes in `status` when the vault has another version, and restarts the pods that use it. It reads
 * version numbers only, never a value.
 */
export class DemoOperator {
  readonly #folder: string;
  readonly #versionOf: (path: string) => Promise<number | null>;
  readonly #files: ManifestFolder;
  readonly #restarts = new Map<string, number>();
  #turn = 0;

  constructor(
    folder: string,
    versionOf: (path: string) => Promise<number | null>,
    files = new ManifestFolder(folder),
  ) {
    this.#folder = folder;
    this.#versionOf = versionOf;
    this.#files = files;
  }

  /** One turn: some secrets are looked at, due restarts done, changed files written. */
  async turn(now: Date): Promise<void> {
    this.#files.refresh();
    const entries = this.#files.entries();
    const secrets = entries.filter(({ document }) => document.get("kind") === "ExternalSecret");
    const changed = new Set<string>();
    for (let count = 0; count < Math.min(AT_ONCE, secrets.length); count++) {
      const entry = secrets[this.#turn++ % secrets.length];
      if (entry && (await this.#sync(entry, now))) changed.add(entry.file);
    }
    for (const [secret, at] of this.#restarts) {
      if (at > now.getTime()) continue;
      this.#restarts.delete(secret);
      for (const file of this.#restart(secret, now)) changed.add(file);
    }
    for (const file of changed) this.#files.write(file);
    // The cluster was looked at now, also where nothing changed.
    const [first] = entries;
    if (first) utimesSync(join(this.#folder, first.file), now, now);
  }

  async #sync({ document }: ManifestEntry, now: Date): Promise<boolean> {
    const manifest = document.toJS() as Manifest;
    const path = record(record(list(record(manifest.spec).data)[0]).remoteRef).key;
    const version = typeof path === "string" ? await this.#versionOf(path) : null;
    if (version === null) return false;
    const status = record(manifest.status);
    const synced = Number.parseInt(String(status.syncedResourceVersion ?? ""), 10);
    const age = now.getTime() - Date.parse(String(status.refreshTime ?? 0));
    if (version === synced && age < REFRESH_MILLIS) return false;
    document.setIn(["status", "refreshTime"], now.toISOString());
    if (version === synced) return true;
    document.setIn(["status", "syncedResourceVersion"], `${version}-${now.getTime()}`);
    const target = record(record(manifest.spec).target).name ?? manifest.metadata.name;
    this.#restarts.set(`${namespaceOf(manifest)}/${target}`, now.getTime() + RESTART_MILLIS);
    return true;
  }

  /** Starts the pods anew of what reads this Secret; gives the files that change. */
  #restart(secret: string, now: Date): string[] {
    const [namespace, name = ""] = secret.split("/");
    const manifests = this.#files.entries().map((entry) => ({
      entry,
      manifest: entry.document.toJS() as Manifest,
    }));
    const here = manifests.filter(
      ({ manifest }) => manifest && namespaceOf(manifest) === namespace,
    );
    const users = here
      .filter(({ manifest }) => secretUseOf(record(podTemplateOf(manifest)).spec, name))
      .map(({ manifest }) => manifest.metadata.name);
    const pods = here.filter(
      ({ manifest }) =>
        manifest.kind === "Pod" &&
        list(manifest.metadata.ownerReferences).some((owner) =>
          users.some((user) => `${record(owner).name}-`.startsWith(`${user}-`)),
        ),
    );
    for (const { entry } of pods) {
      entry.document.setIn(["status", "startTime"], now.toISOString());
    }
    return pods.map(({ entry }) => entry.file);
  }
}
