import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type Document, parseAllDocuments } from "yaml";
import type { JsonObject } from "#server/engines/differ/json.ts";
import { record } from "#server/engines/kubernetes/manifest-fields.ts";

export interface ManifestEntry {
  file: string;
  document: Document;
}

interface ReadFile {
  text: string;
  /** Modification time and size: while they are the same it isn't read again. */
  mark: string;
  documents: Document[];
}

/** Where objects are written that came by the API and are in no file yet. */
const BY_API = "by-api.yaml";

/**
 * A folder of YAML manifests that several parts of one process change: each change is written at once,
 * whole files only, and what somebody else wrote meanwhile is read first.
 */
export class ManifestFolder {
  readonly #folder: string;
  readonly #files = new Map<string, ReadFile>();
  readonly #listeners = new Set<(file: string) => void>();

  constructor(folder: string) {
    this.#folder = folder;
    this.refresh();
  }

  /** In the order of their files. */
  entries(): ManifestEntry[] {
    return [...this.#files]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([file, { documents }]) => documents.map((document) => ({ file, document })));
  }

  /** Reads what somebody else wrote since; gives the files that say something else now. */
  refresh(): string[] {
    const names = readdirSync(this.#folder, { recursive: true, encoding: "utf8" }).filter(
      (name) => /\.ya?ml$/.test(name) && !name.split("/").some((part) => part.startsWith(".")),
    );
    const gone = [...this.#files.keys()].filter((file) => !names.includes(file));
    for (const file of gone) this.#files.delete(file);
    const changed = names.filter((file) => this.#read(file));
    return [...gone, ...changed];
  }

  /** Calls the listener with each file that this process writes. Gives what ends that. */
  onWrite(listener: (file: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Writes what was changed in a file's documents. Readers see the file before or after. */
  write(file: string): void {
    const known = this.#files.get(file);
    if (!known) return;
    const text = known.documents
      .map((document) => String(document).replace(/^---\n/, ""))
      .join("---\n");
    const path = join(this.#folder, file);
    const beside = join(dirname(path), ".being-written");
    writeFileSync(beside, text);
    renameSync(beside, path);
    known.text = text;
    known.mark = markOf(path);
    for (const listener of this.#listeners) listener(file);
  }

  /** Puts an object in the place of the one with its name, or into a file of its own kind. */
  put(object: JsonObject): void {
    const found = this.#find(object);
    if (found) {
      found.document.contents = found.document.createNode(object) as typeof found.document.contents;
      this.write(found.file);
      return;
    }
    const [made] = parseAllDocuments(JSON.stringify(object));
    if (!made || !("contents" in made)) return;
    const path = join(this.#folder, BY_API);
    if (!this.#files.has(BY_API)) {
      if (!existsSync(path)) writeFileSync(path, "");
      this.#files.set(BY_API, { text: "", mark: markOf(path), documents: [] });
    }
    this.#files.get(BY_API)?.documents.push(made as Document);
    this.write(BY_API);
  }

  remove(object: JsonObject): void {
    const found = this.#find(object);
    const file = found && this.#files.get(found.file);
    if (!found || !file) return;
    file.documents = file.documents.filter((each) => each !== found.document);
    this.write(found.file);
  }

  #find(object: JsonObject): ManifestEntry | undefined {
    const { name, namespace } = record(object.metadata);
    return this.entries().find(
      ({ document }) =>
        document.get("kind") === object.kind &&
        document.getIn(["metadata", "name"]) === name &&
        document.getIn(["metadata", "namespace"]) === namespace,
    );
  }

  /** Whether the file says something else than when it was last read. */
  #read(file: string): boolean {
    const path = join(this.#folder, file);
    const known = this.#files.get(file);
    let text: string;
    let mark: string;
    try {
      mark = markOf(path);
      if (known?.mark === mark) return false;
      text = readFileSync(path, "utf8");
    } catch {
      // Gone between the two: the next turn sees it.
      return false;
    }
    if (known?.text === text) {
      known.mark = mark;
      return false;
    }
    const documents = parseAllDocuments(text) as Document[];
    // Somebody is still writing it, or wrote nonsense: what was there stays.
    if (documents.some(({ errors }) => errors.length > 0)) return false;
    this.#files.set(file, { text, mark, documents: documents.filter(({ contents }) => contents) });
    return true;
  }
}

function markOf(path: string): string {
  const { mtimeMs, size } = statSync(path);
  return `${mtimeMs} ${size}`;
}
