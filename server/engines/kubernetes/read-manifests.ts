import { decodeText } from "./decode-text.ts";
import { type ManifestPlace, notePlace } from "./manifest-place.ts";
import { PlainValueError, plainValue } from "./plain-value.ts";
import { yamlDocuments } from "./yaml-documents.ts";

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

/** A file larger than this is reported, not parsed: YAML needs some sixty times its size while it is read. */
export const MAX_FILE_BYTES = 16 * 1024 * 1024;
/** One broken file says so a few times, not a million. */
const MOST_PROBLEMS = 100;

/** Said of a file that is too large to be read. */
export const TOO_LARGE = `larger than ${MAX_FILE_BYTES / 1024 ** 2} MiB, not read: split it`;

/**
 * Reads the Kubernetes objects of one YAML or JSON file, lists unfolded (items of a `PodList` lack
 * their kind). What can't be read is a problem with its line; the rest is still read. A problem quotes
 * no value. Bytes must be UTF-8.
 */
export function readManifests(file: string, content: string | Uint8Array): ReadManifests {
  if (content.length > MAX_FILE_BYTES)
    return { manifests: [], problems: [{ file, message: TOO_LARGE }] };
  const text = typeof content === "string" ? content : decodeText(file, content);
  if (typeof text !== "string") return { manifests: [], problems: [text] };
  const read: ReadManifests = { manifests: [], problems: [] };
  for (const document of yamlDocuments(text)) {
    if ("message" in document) read.problems.push({ file, ...document });
    else unfold(document.value, { file, ...document }, read);
  }
  if (read.problems.length > MOST_PROBLEMS) {
    const more = read.problems.length - MOST_PROBLEMS;
    read.problems.length = MOST_PROBLEMS;
    read.problems.push({ file, message: `and ${more} more problems` });
  }
  return read;
}

/** The Kubernetes objects of a value that is no YAML text, by the same rules. */
export function manifestsOf(value: unknown, { file, line }: ManifestPlace): ReadManifests {
  const read: ReadManifests = { manifests: [], problems: [] };
  try {
    unfold(plainValue(value), { file, line, itemLines: [] }, read);
  } catch (error) {
    if (!(error instanceof PlainValueError)) throw error;
    read.problems.push({ file, line, message: error.message });
  }
  return read;
}

interface Where {
  file: string;
  line: number;
  itemLines: readonly number[];
}

function unfold(value: unknown, where: Where, read: ReadManifests): void {
  const { file, line } = where;
  if (!isRecord(value)) {
    read.problems.push({ file, line, message: "not a Kubernetes object" });
    return;
  }
  const { kind, items } = value;
  if (typeof kind === "string" && kind.endsWith("List") && Array.isArray(items)) {
    const itemKind = kind.slice(0, -"List".length);
    for (const [at, item] of items.entries()) {
      const isKnown = itemKind === "" || !isRecord(item);
      unfold(
        isKnown ? item : { apiVersion: value.apiVersion, kind: itemKind, ...item },
        { file, line: where.itemLines[at] ?? line, itemLines: [] },
        read,
      );
    }
    return;
  }
  const fault = faultOf(value);
  if (fault) {
    read.problems.push({ file, line, message: fault });
    return;
  }
  read.manifests.push(notePlace(value as Manifest, { file, line }));
}

/** What every reader after us relies on; the rest of an object is looked at by those who use it. */
function faultOf({ apiVersion, kind, metadata }: Record<string, unknown>): string | null {
  if (typeof kind !== "string" || !isRecord(metadata) || typeof metadata.name !== "string") {
    return "an object without kind or metadata.name";
  }
  if (kind === "" || kind.length > 200) return "an object whose kind can't be one";
  if (typeof apiVersion !== "string" || apiVersion.length > 300)
    return `a ${shown(kind)} without apiVersion`;
  if (!isName(metadata.name, 253)) return `a ${shown(kind)} whose metadata.name can't be a name`;
  for (const field of ["labels", "annotations"]) {
    const value = metadata[field];
    if (value !== undefined && value !== null && !isRecord(value)) {
      return `a ${shown(kind)} whose metadata.${field} is no map`;
    }
    if (value === null) delete metadata[field];
  }
  const { namespace } = metadata;
  if (namespace === null || namespace === "") delete metadata.namespace;
  else if (namespace !== undefined && !(typeof namespace === "string" && isName(namespace, 63))) {
    return `a ${shown(kind)} whose metadata.namespace can't be a name`;
  }
  return null;
}

/** As the API's path segments: what is stored and shown under it relies on that. */
function isName(text: string, most: number): boolean {
  return text.length > 0 && text.length <= most && !/[/%\s\p{Cc}]/u.test(text);
}

function shown(text: string): string {
  return text.replace(/[^\w.-]/g, "?").slice(0, 60);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
