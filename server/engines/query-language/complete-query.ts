import { parser } from "./audit-query-parser.ts";
import { FIELDS, PAYLOAD } from "./fields.ts";
import { MAX_QUERY_LENGTH } from "./limits.ts";
import { encodeFieldName, encodePattern, unescaped } from "./literal.ts";
import type { SyntaxNode } from "./syntax-tree.ts";

/** Values that a log is known to hold. */
export interface Vocabulary {
  readonly types?: readonly string[];
  readonly sources?: readonly string[];
  readonly actors?: readonly string[];
  readonly subjects?: readonly string[];
  /** Without `payload.` */
  readonly payloadPaths?: readonly string[];
}

export interface Completion {
  readonly kind: "field" | "value" | "operator";
  readonly label: string;
  /** What takes the place of `from`..`to`. */
  readonly insert: string;
}

export interface Completions {
  readonly from: number;
  readonly to: number;
  readonly options: readonly Completion[];
}

const MAX_OPTIONS = 50;
const TIMES = ["15m", "1h", "24h", "7d", "30d", "today", "yesterday"];

/** What could stand at the cursor: fields and operators, or the values of the field before it. Never throws. */
export function completeQuery(
  text: string,
  cursor: number,
  vocabulary: Vocabulary = {},
): Completions {
  const at = Math.max(0, Math.min(cursor, text.length, MAX_QUERY_LENGTH));
  const tree = parser.parse(text.slice(0, at));
  const node = tree.resolveInner(at, -1);
  if (node.name === "Phrase" || node.name === "UnclosedPhrase") return none(at);
  const field = fieldAround(node);
  if (field) {
    const from = node.name === "Value" && node.to === at ? node.from : at;
    const name = unescaped(text.slice(field.from, field.to - 1));
    const written = text.slice(from, at);
    const isPlain = field.to === from;
    const options = valuesOf(name, vocabulary, isPlain).filter(fits(written));
    return { from, to: at, options: options.slice(0, MAX_OPTIONS) };
  }
  const from = node.name === "Word" && node.to === at ? node.from : at;
  const options = [...fieldsOf(vocabulary), ...operatorsAfter(node, text.slice(0, from))];
  return {
    from,
    to: at,
    options: options.filter(fits(text.slice(from, at))).slice(0, MAX_OPTIONS),
  };
}

/** The field whose value the cursor is in, in parentheses and ranges too. */
function fieldAround(node: SyntaxNode): SyntaxNode | undefined {
  for (let each: SyntaxNode | null = node; each; each = each.parent) {
    if (each.name === "Text" || each.name === "Group") return undefined;
    if (each.name !== "Clause") continue;
    const isClosed = node.name === ")" || node.name === "RangeClose" || node.name === "EmptyField";
    return isClosed || each.firstChild?.name !== "Field" ? undefined : each.firstChild;
  }
  return undefined;
}

function fieldsOf({ payloadPaths = [] }: Vocabulary): Completion[] {
  const names = [...Object.keys(FIELDS), ...payloadPaths.map((path) => `${PAYLOAD}${path}`)];
  return names.map((name) => ({ kind: "field", label: name, insert: `${encodeFieldName(name)}:` }));
}

function operatorsAfter(node: SyntaxNode, before: string): Completion[] {
  const isStart = /(^|[(\s])$/.test(before) && /(^|\(|AND|OR|NOT|-)\s*$/.test(before);
  const operators =
    isStart || (node.name === "Query" && before.trim() === "") ? ["NOT"] : ["AND", "OR", "NOT"];
  return operators.map((word) => ({ kind: "operator", label: word, insert: `${word} ` }));
}

function valuesOf(name: string, vocabulary: Vocabulary, isPlain: boolean): Completion[] {
  const definition = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
  const literal = (text: string): Completion => ({
    kind: "value",
    label: text,
    insert: encodePattern({ chunks: [text] }, true),
  });
  const operator = (text: string): Completion => ({ kind: "operator", label: text, insert: text });
  const comparisons = isPlain ? [">", ">=", "<", "<=", "["].map(operator) : [];
  switch (definition?.kind) {
    case "choice":
      return definition.choices.map(literal);
    case "since":
    case "until":
      return TIMES.map(literal);
    case "time":
      return [...TIMES.slice(isPlain ? 5 : 0).map(literal), ...comparisons];
    case "index":
      return isPlain ? [operator("*"), ...comparisons] : [];
    case "actor":
      return (vocabulary.actors ?? []).map(literal);
    case "text":
      return textValues(definition.column, vocabulary).map((text) =>
        text.endsWith("*") ? { kind: "value", label: text, insert: text } : literal(text),
      );
    default:
      return isPlain && name.startsWith(PAYLOAD) ? [operator("=")] : [];
  }
}

/** Types come with the prefixes that hold several of them: `runtime.secrets.*`. */
function textValues(
  column: string,
  { types = [], sources = [], subjects = [] }: Vocabulary,
): string[] {
  if (column === "source") return [...sources];
  if (column === "subject") return [...subjects];
  const families = new Map<string, number>();
  for (const type of types) {
    const family = `${type.split(".").slice(0, -1).join(".")}.*`;
    families.set(family, (families.get(family) ?? 0) + 1);
  }
  const shared = [...families].filter(([, count]) => count > 1).map(([family]) => family);
  return [...shared, ...types].sort();
}

function fits(written: string): (option: Completion) => boolean {
  const sought = written.toLowerCase();
  return ({ label, insert }) => label.toLowerCase().startsWith(sought) && insert !== written;
}

function none(at: number): Completions {
  return { from: at, to: at, options: [] };
}
