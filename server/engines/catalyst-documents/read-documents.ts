import { isMap, isPair, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from "yaml";

export const API_VERSION = "catalyst.openova.io/v1alpha1";
const MAX_BYTES = 1024 * 1024;
const MAX_ALIASES = 100;

/** What is wrong with a text, and where. */
export interface TextProblem {
  /** 1-based. */
  line: number;
  /** `spec.rotator.kind`; empty when it is the text as a whole. */
  field: string;
  message: string;
}

/** A document of the kind that was asked for, its values not judged yet. */
export interface ReadDocument {
  name: string;
  spec: Record<string, unknown>;
  /** Where a value of the document stands, or the nearest one around it; `spec`, `rotator`, `kind`. */
  lineOf(path: readonly PropertyKey[]): number;
}

/**
 * Reads one or many YAML (or JSON) documents of one kind of `catalyst.openova.io/v1alpha1`. Every
 * problem of form names its line and field: no YAML, a key twice, another kind, a field unknown at
 * the top. What stands in `spec` is for the caller to judge.
 */
export function readDocuments(
  text: string,
  kind: string,
  maxDocuments: number,
): { documents: ReadDocument[]; problems: TextProblem[] } {
  const refused = (message: string, line = 1) => ({
    documents: [],
    problems: [{ line, field: "", message }],
  });
  if (text.length > MAX_BYTES) return refused(`is larger than ${MAX_BYTES / 1024} KiB: split it`);
  if (text.includes("\0")) {
    return refused("holds a NUL character", text.slice(0, text.indexOf("\0")).split("\n").length);
  }
  const lines = new LineCounter();
  const documents: ReadDocument[] = [];
  const problems: TextProblem[] = [];
  const options = { lineCounter: lines, uniqueKeys: true, logLevel: "silent" } as const;
  for (const document of parseAllDocuments(text, options)) {
    const [error] = document.errors;
    if (error) {
      const message = error.message.split("\n")[0] ?? "is not YAML";
      problems.push({ line: lines.linePos(error.pos[0]).line, field: "", message });
      continue;
    }
    const { contents } = document;
    if (contents === null || (isScalar(contents) && contents.value === null)) continue;
    const lineOf = (path: readonly PropertyKey[]) => lineAt(lines, contents, path);
    const problem = (field: string, message: string) => {
      problems.push({ line: lineOf(field === "" ? [] : field.split(".")), field, message });
    };
    if (!isMap(contents)) {
      problem("", `must be a ${kind} object`);
      continue;
    }
    if (documents.length >= maxDocuments) {
      problem("", `is document ${maxDocuments + 1}: import ${maxDocuments} at most at once`);
      break;
    }
    let value: Record<string, unknown>;
    try {
      value = document.toJS({ maxAliasCount: MAX_ALIASES }) as Record<string, unknown>;
    } catch {
      problem("", "has aliases that can't be followed");
      continue;
    }
    const before = problems.length;
    for (const key of Object.keys(value)) {
      if (!["apiVersion", "kind", "metadata", "spec"].includes(key))
        problem(key, "is not known here: use apiVersion, kind, metadata, spec");
    }
    if (value.apiVersion !== API_VERSION) problem("apiVersion", `must be ${API_VERSION}`);
    if (value.kind !== kind) problem("kind", `must be ${kind}`);
    const metadata = isRecord(value.metadata) ? value.metadata : undefined;
    const name = metadata?.name;
    if (!metadata) problem("metadata", "must be an object with a name");
    else if (typeof name !== "string" || name === "") problem("metadata.name", "must be a name");
    for (const key of Object.keys(metadata ?? {})) {
      if (key !== "name") problem(`metadata.${key}`, "is not known here: use name");
    }
    if (!isRecord(value.spec)) problem("spec", "must be an object");
    if (problems.length === before) {
      documents.push({ name: name as string, spec: value.spec as ReadDocument["spec"], lineOf });
    }
  }
  if (documents.length === 0 && problems.length === 0) return refused(`holds no ${kind}`);
  return { documents, problems };
}

function lineAt(lines: LineCounter, root: Node, path: readonly PropertyKey[]): number {
  let node: unknown = root;
  let found: Node = root;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        ({ key }) => isScalar(key) && String(key.value) === String(step),
      );
      if (!isPair(pair)) break;
      // The key's line, so that a value that is missing or a block below it is named where it begins.
      found = pair.key as Node;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      if (node === undefined) break;
      found = node as Node;
    } else break;
  }
  return found.range ? lines.linePos(found.range[0]).line : 1;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
