import {
  type Alias,
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  Parser,
  type ScalarTag,
} from "yaml";
import { isText, NO_NUMBER, NO_TEXT, PlainValueError, plainValue } from "./plain-value.ts";

export interface YamlItem {
  /** Made of plain objects, lists, strings, finite numbers, booleans and null. */
  value: unknown;
  /** 1-based. */
  line: number;
  /** Lines of the entries of a top-level `items` list; empty without one. */
  itemLines: readonly number[];
}

export interface YamlFault {
  line: number;
  message: string;
}

/** Deeper than any object of Kubernetes, and shallow enough for every reader after us. */
const MAX_DEPTH = 100;
/** An alias may blow up what it names this often; beyond it a small file would fill the memory. */
const MAX_ALIASES = 100;
const TOO_DEEP = `nested deeper than ${MAX_DEPTH} levels`;
const INT64_MAX = 2n ** 63n;

/** As `kubectl` reads numbers and truth values: YAML 1.1's octal modes and `yes`/`on`. */
const KUBECTL_TAGS: ScalarTag[] = [
  {
    tag: "tag:yaml.org,2002:int",
    identify: () => false,
    default: true,
    test: /^[-+]?0[0-7_]+$/,
    resolve: (text) => Number.parseInt(text.replaceAll("_", ""), 8),
  },
  {
    tag: "tag:yaml.org,2002:bool",
    identify: () => false,
    default: true,
    test: /^(?:yes|Yes|YES|on|On|ON)$/,
    resolve: () => true,
  },
  {
    tag: "tag:yaml.org,2002:bool",
    identify: () => false,
    default: true,
    test: /^(?:no|No|NO|off|Off|OFF)$/,
    resolve: () => false,
  },
];

/**
 * The documents of a YAML (or JSON) text, each by itself: one at fault is told with its line and stops no
 * other. Refused are duplicate keys, cycles, blown-up aliases, nesting beyond 100, numbers that are none.
 * No message quotes a value (law 6).
 */
export function* yamlDocuments(text: string): Generator<YamlItem | YamlFault> {
  for (const { part, line } of partsOf(text)) {
    try {
      yield* documentsOf(part, line - 1);
    } catch (error) {
      // What a parser throws may quote a value: only what kind of fault it is, is told.
      const isDeep = error instanceof RangeError;
      yield { line, message: isDeep ? TOO_DEEP : `can't be read (${(error as Error).name})` };
    }
  }
}

/** A line that begins with `---` begins a document, wherever it stands: so each is read by itself. */
function* partsOf(text: string): Generator<{ part: string; line: number }> {
  let [start, line] = [0, 1];
  for (const { index } of text.matchAll(/^---(?=\s|$)/gm)) {
    const part = text.slice(start, index);
    // Directives belong to the document that follows.
    if (part.trim() === "" ? index === 0 : part.trimStart().startsWith("%")) continue;
    yield { part, line };
    line += part.split("\n").length - 1;
    start = index;
  }
  yield { part: text.slice(start), line };
}

function* documentsOf(text: string, linesBefore: number): Generator<YamlItem | YamlFault> {
  const lines = new LineCounter();
  const lineAt = (offset: number) => linesBefore + Math.max(1, lines.linePos(offset).line);
  const composer = new Composer({
    lineCounter: lines,
    uniqueKeys: false,
    logLevel: "silent",
    customTags: (tags) => [...KUBECTL_TAGS, ...tags],
  });
  for (const token of new Parser(lines.addNewLine).parse(text)) {
    const deep = tooDeep(token);
    if (deep !== null) {
      yield { line: lineAt(deep), message: TOO_DEEP };
      continue;
    }
    for (const document of composer.next(token)) yield* itemOf(document, lineAt);
  }
  for (const document of composer.end()) yield* itemOf(document, lineAt);
}

function* itemOf(
  document: Document.Parsed,
  lineAt: (offset: number) => number,
): Generator<YamlItem | YamlFault> {
  const [error] = [...document.errors, ...document.warnings];
  if (error) {
    yield { line: lineAt(error.pos[0]), message: withoutQuotations(error.message) };
    return;
  }
  const { contents } = document;
  if (contents === null) return;
  const line = lineAt(contents.range[0]);
  const bad = badNode(contents);
  if (bad) {
    yield { line: lineAt(bad.offset), message: bad.message };
    return;
  }
  try {
    const value = plainValue(document.toJS({ maxAliasCount: MAX_ALIASES }));
    const items = isMap(contents) ? contents.get("items", true) : undefined;
    const itemLines = isSeq(items)
      ? items.items.map((each) => lineAt((each as { range?: [number] } | null)?.range?.[0] ?? 0))
      : [];
    yield { value, line, itemLines };
  } catch (error) {
    const isOurs = error instanceof PlainValueError;
    yield {
      line,
      message: isOurs
        ? error.message
        : error instanceof ReferenceError && error.message.includes("Excessive alias")
          ? "aliases that would blow up to far more than the file"
          : "aliases that name themselves or nothing",
    };
  }
}

/** The offset at which a token is nested too deeply, found without recursion. */
function tooDeep(token: CST.Token): number | null {
  const open: { token: CST.Token; depth: number }[] = [{ token, depth: 0 }];
  for (let at = open.pop(); at; at = open.pop()) {
    if (at.depth > MAX_DEPTH) return at.token.offset;
    const depth = at.depth + 1;
    if (at.token.type === "document" && at.token.value) open.push({ token: at.token.value, depth });
    if (!("items" in at.token)) continue;
    for (const { key, value } of at.token.items) {
      if (key) open.push({ token: key, depth });
      if (value) open.push({ token: value, depth });
    }
  }
  return null;
}

/** The first node that says something twice or says a number that can't be one. */
function badNode(root: unknown): { offset: number; message: string } | null {
  const open: unknown[] = [root];
  const anchors = new Set<string>();
  const aliases: Alias.Parsed[] = [];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (isAlias(node)) aliases.push(node as Alias.Parsed);
    else if (isNode(node) && node.anchor) anchors.add(node.anchor);
    if (isSeq(node)) for (const each of node.items) each && open.push(each);
    if (isScalar(node) && typeof node.value === "number" && !isNumber(node.value, node.source)) {
      return { offset: node.range?.[0] ?? 0, message: NO_NUMBER };
    }
    if (isScalar(node) && typeof node.value === "string" && !isText(node.value)) {
      return { offset: node.range?.[0] ?? 0, message: NO_TEXT };
    }
    if (!isMap(node)) continue;
    const seen = new Set<string>();
    for (const { key, value } of node.items) {
      const text = isScalar(key) ? String(key.value) : isAlias(key) ? `*${key.source}` : null;
      const offset = (key as { range?: [number] } | null)?.range?.[0] ?? 0;
      if (text === null) return { offset, message: "a key that is no text" };
      if (!isText(text)) return { offset, message: NO_TEXT };
      if (text === "__proto__") return { offset, message: "a key named __proto__" };
      if (seen.has(text)) return { offset, message: `the key ${shown(text)} is there twice` };
      seen.add(text);
      if (value) open.push(value);
    }
  }
  const lost = aliases.find(({ source }) => !anchors.has(source));
  return lost ? { offset: lost.range[0], message: "an alias of what is not there" } : null;
}

/** JSON knows no infinity, and Kubernetes no integer beyond 64 bits. */
function isNumber(value: number, source: string | undefined): boolean {
  if (!Number.isFinite(value)) return false;
  if (Number.isSafeInteger(value) || source === undefined || !/^[-+]?\d+$/.test(source))
    return true;
  const exact = BigInt(source.replace(/^\+/, ""));
  return exact < INT64_MAX && exact >= -INT64_MAX;
}

function shown(text: string): string {
  return text.replace(/[^\w./-]/g, "?").slice(0, 60);
}

/** A parser's message may quote what it stumbled over, and that may be a value (law 6). */
function withoutQuotations(message: string): string {
  return (message.split("\n")[0] ?? "")
    .replace(/ at line \d+, column \d+:?$/, "")
    .replace(/"(?:[^"\\]|\\.)*"?/g, '"…"')
    .replace(/(alias[^:]*: ).*/i, "$1…")
    .replace(/(tag: ).*/i, "$1…");
}
