import { MAX_PROBLEMS } from "./limits.ts";
import { type Problem, problem } from "./problem.ts";
import type { Span } from "./query-node.ts";
import type { SyntaxNode } from "./syntax-tree.ts";

/** Mistakes of form: what the parser had to skip, to invent or to forgive. In the order of the text. */
export function syntaxProblems(top: SyntaxNode, text: string): Problem[] {
  const problems: Problem[] = [];
  const skipped: Span[] = [];
  const missing: SyntaxNode[] = [];
  top.cursor().iterate((cursor) => {
    const { name, from, to } = cursor;
    // Only for what matters: making a node of a cursor deep in the tree takes its time.
    if (cursor.type.isError && from === to) missing.push(cursor.node);
    else if (cursor.type.isError) addSkipped(skipped, { from, to });
    else problems.push(...forgiven({ name, from, to }, text));
  });
  for (const span of skipped.slice(0, MAX_PROBLEMS)) problems.push(unexpected(span, text));
  for (const node of missing.slice(0, MAX_PROBLEMS)) {
    const isExplained = problems.some(({ from, to }) => from <= node.to && to >= node.from);
    if (!isExplained || node.parent?.name === "Group") problems.push(absent(node, text));
  }
  return problems.sort((a, b) => a.from - b.from || a.to - b.to);
}

/** Neighbouring skipped pieces are one mistake. */
function addSkipped(skipped: Span[], { from, to }: Span): void {
  const last = skipped.at(-1);
  if (last && from === last.to) {
    skipped[skipped.length - 1] = { from: last.from, to };
  } else skipped.push({ from, to });
}

function unexpected(span: Span, text: string): Problem {
  const source = text.slice(span.from, span.to);
  if (/^(AND|OR|NOT)$/.test(source)) return problem("missing_operand", span, { operator: source });
  if (source === "\\") return problem("dangling_backslash", span);
  const removal = { ...span, insert: "" };
  if (/^\)+$/.test(source)) return problem("unopened", span, { text: source }, removal);
  if (source === ":") return problem("no_field_before", span, {}, removal);
  const shown = source.length > 20 ? `${source.slice(0, 20)}…` : source;
  return problem("unexpected", span, { text: shown }, removal);
}

function absent(node: SyntaxNode, text: string): Problem {
  const parent = node.parent;
  const before = node.prevSibling;
  const place = { from: node.from, to: node.to };
  switch (parent?.name) {
    case "Group":
    case "ValueGroup":
      if (before && before.name !== "(") {
        const opening = { from: parent.from, to: parent.from + 1 };
        return problem("unclosed_group", opening, {}, { ...place, insert: ")" });
      }
      return emptyGroup(parent);
    case "Text":
      return parent.parent?.name === "Group" ? emptyGroup(parent.parent) : operand(parent, text);
    case "Clause":
      if (before?.name !== "Field") {
        return problem("no_field_before", { from: parent.from, to: parent.to });
      }
      return problem("missing_value", before, { field: text.slice(before.from, before.to - 1) });
    case "Range":
    case "RangeTo":
    case "Comparison":
      return problem("bad_range", parent.name === "RangeTo" ? (parent.parent ?? parent) : parent);
    default:
      return operand(node, text);
  }
}

function emptyGroup({ from, to }: Span): Problem {
  return problem("empty_group", { from, to });
}

function operand(node: SyntaxNode, text: string): Problem {
  const operator = [node.prevSibling, node.nextSibling].find((sibling) =>
    sibling?.name.endsWith("Operator"),
  );
  if (!operator)
    return problem("unexpected", node, { text: text.slice(node.from, node.from + 20) });
  const args = { operator: text.slice(operator.from, operator.to) };
  return problem("missing_operand", operator, args);
}

/** What the grammar takes so that the rest can be read, but the language does not allow. */
function forgiven({ name, from, to }: Span & { name: string }, text: string): Problem[] {
  const source = () => text.slice(from, to);
  switch (name) {
    case "EmptyField": {
      const field = { from, to: to - 1 };
      return [problem("missing_value", field, { field: source().slice(0, -2) })];
    }
    case "UnclosedPhrase":
      return [problem("unclosed_phrase", { from, to }, {}, { from: to, to, insert: '"' })];
    case "Dashed": {
      const insert = `"${source()}"`;
      return [problem("dash_value", { from, to }, {}, { from, to, insert })];
    }
    case "Minus":
      return /\s/.test(text[to] ?? "") && text[from - 1] !== ":"
        ? [problem("missing_negated", { from, to }, { operator: "-" })]
        : [];
    default:
      return [];
  }
}
