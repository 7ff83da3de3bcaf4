import { isMap, LineCounter, parseAllDocuments } from "yaml";

/** A Kubernetes object as written: nothing is defaulted. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> } & Record<
    string,
    unknown
  >;
  [field: string]: unknown;
}

export interface ManifestProblem {
  file: string;
  /** 1-based, where it is known. */
  line?: number;
  message: string;
}

export interface ReadManifests {
  manifests: Manifest[];
  problems: ManifestProblem[];
}

/** A file larger than this is reported, not parsed. */
export const MAX_FILE_BYTES = 64 * 1024 * 1024;
const MAX_ALIASES = 100;

/**
 * Reads the Kubernetes objects of one YAML or JSON file, lists unfolded (items of a `PodList` lack
 * their kind). What can't be read is a problem with its line; the rest is still read.
 */
export function readManifests(file: string, text: string): ReadManifests {
  const problems: ManifestProblem[] = [];
  if (text.length > MAX_FILE_BYTES) {
    return {
      manifests: [],
      problems: [{ file, message: `larger than ${MAX_FILE_BYTES / 1024 / 1024} MiB, not read` }],
    };
  }
  const lines = new LineCounter();
  const manifests: Manifest[] = [];
  for (const document of parseAllDocuments(text, {
    lineCounter: lines,
    uniqueKeys: true,
    logLevel: "silent",
  })) {
    const [error] = document.errors;
    if (error) {
      problems.push({
        file,
        line: lines.linePos(error.pos[0]).line,
        message: error.message.split("\n")[0] ?? "",
      });
      continue;
    }
    if (document.contents === null) continue;
    const line = lines.linePos(document.contents.range[0]).line;
    if (!isMap(document.contents)) {
      problems.push({ file, line, message: "not a Kubernetes object" });
      continue;
    }
    try {
      unfold(document.toJS({ maxAliasCount: MAX_ALIASES }), file, line, manifests, problems);
    } catch (cause) {
      problems.push({ file, line, message: (cause as Error).message });
    }
  }
  return { manifests, problems };
}

function unfold(
  value: unknown,
  file: string,
  line: number,
  manifests: Manifest[],
  problems: ManifestProblem[],
): void {
  if (!isRecord(value)) return;
  const { kind, items } = value;
  if (typeof kind === "string" && kind.endsWith("List") && Array.isArray(items)) {
    const itemKind = kind.slice(0, -"List".length);
    for (const item of items) {
      if (!isRecord(item)) continue;
      unfold(
        itemKind === "" ? item : { apiVersion: value.apiVersion, kind: itemKind, ...item },
        file,
        line,
        manifests,
        problems,
      );
    }
    return;
  }
  const metadata = value.metadata;
  if (typeof kind !== "string" || !isRecord(metadata) || typeof metadata.name !== "string") {
    problems.push({ file, line, message: "an object without kind or metadata.name" });
    return;
  }
  manifests.push(value as unknown as Manifest);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
