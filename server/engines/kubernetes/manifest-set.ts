import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import type { Manifest, ManifestProblem, ReadManifests } from "./read-manifests.ts";

export interface ReadObject {
  manifest: Manifest;
  /** Where it stands, from the folder on. */
  file: string;
}

/**
 * What several files say together. An object that is written twice with different contents is a problem;
 * which of the two is kept depends on what they say, not on the names or the order of files.
 */
export class ManifestSet {
  readonly problems: ManifestProblem[] = [];
  readonly #objects = new Map<string, ReadObject>();

  add(file: string, { manifests, problems }: ReadManifests): void {
    this.problems.push(...problems);
    for (const manifest of manifests) {
      const key = keyOf(manifest);
      const first = this.#objects.get(key);
      if (!first) {
        this.#objects.set(key, { manifest, file });
        continue;
      }
      const [one, two] = [textOf(first.manifest), textOf(manifest)];
      if (one === two) continue;
      this.problems.push({ file, message: `${key} is another one in ${first.file}` });
      if (two < one) this.#objects.set(key, { manifest, file });
    }
  }

  contents(): { objects: ReadObject[]; problems: readonly ManifestProblem[] } {
    return { objects: [...this.#objects.values()], problems: this.problems };
  }
}

function textOf(manifest: Manifest): string {
  return canonicalJson(manifest as unknown as JsonValue);
}

function keyOf({ apiVersion, kind, metadata }: Manifest): string {
  const group = apiVersion.includes("/") ? `${apiVersion.split("/")[0]}/` : "";
  return `${group}${kind} ${metadata.namespace ? `${metadata.namespace}/` : ""}${metadata.name}`;
}
