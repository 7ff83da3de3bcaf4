import { parser } from "./audit-query-parser.ts";
import { MAX_DEPTH } from "./limits.ts";
import { decodePattern, decodeQuoted, unescaped } from "./literal.ts";
import { type Problem, problem, type Report } from "./problem.ts";
import type { CompareOperator, FieldName, Match, Pattern, QueryNode } from "./query-node.ts";
import { readableLength } from "./readable-length.ts";
import { syntaxProblems } from "./syntax-problems.ts";
import { childrenOf, type SyntaxNode } from "./syntax-tree.ts";

export interface ParsedQuery {
  /** Null when nothing is asked: every event fits. */
  readonly node: QueryNode | null;
  readonly problems: readonly Problem[];
}

/**
 * Reads a query. Never throws: what cannot be understood becomes a problem with its place, and the
 * rest is still read. Reads at most MAX_QUERY_LENGTH characters and MAX_DEPTH levels.
 */
export function parseQuery(text: string): ParsedQuery {
  const problems: Problem[] = [];
  const length = readableLength(text, (found) => problems.push(found));
  const read = text.slice(0, length);
  const tree = parser.parse(read);
  if (length === text.length) problems.push(...syntaxProblems(tree.topNode, read));
  else problems.push(...syntaxProblems(tree.topNode, read).filter(({ to }) => to < length));
  const builder = new NodeBuilder(read, (found) => problems.push(found));
  const [top] = childrenOf(tree.topNode).flatMap((child) => builder.build(child, 0) ?? []);
  return { node: top ?? null, problems };
}

/** Makes query nodes of syntax nodes; what lacks a part is left out, for its problem is reported. */
class NodeBuilder {
  readonly #text: string;
  readonly #report: Report;

  constructor(text: string, report: Report) {
    this.#text = text;
    this.#report = report;
  }

  build(syntax: SyntaxNode, depth: number, field?: FieldName): QueryNode | null {
    if (depth > MAX_DEPTH * 2) {
      this.#report(problem("too_deep", syntax, { max: String(MAX_DEPTH) }));
      return null;
    }
    const children = childrenOf(syntax);
    const built = () => children.flatMap((child) => this.build(child, depth + 1, field) ?? []);
    switch (syntax.name) {
      case "Or":
      case "ValueOr":
        return combined("or", built());
      case "And":
      case "ValueAnd":
        return combined("and", built());
      case "Not":
      case "ValueNot": {
        const [of] = built();
        return of ? { kind: "not", from: syntax.from, to: syntax.to, of } : null;
      }
      case "Group":
      case "ValueGroup":
        return built()[0] ?? null;
      case "Text": {
        const value = this.#pattern(children[0]);
        return value ? { kind: "text", from: syntax.from, to: syntax.to, value } : null;
      }
      case "Clause": {
        const [name, value] = children;
        if (name?.name !== "Field" || !value) return null;
        return this.build(value, depth + 1, this.#fieldName(name));
      }
      default: {
        const match = field && this.#match(syntax, children);
        return match ? { kind: "field", from: field.from, to: syntax.to, field, match } : null;
      }
    }
  }

  #fieldName({ from, to }: SyntaxNode): FieldName {
    return { from, to: to - 1, name: unescaped(this.#text.slice(from, to - 1)) };
  }

  #match(syntax: SyntaxNode, children: readonly SyntaxNode[]): Match | null {
    if (syntax.name === "Comparison") {
      const operator = this.#source(children[0]) as CompareOperator;
      const value = this.#pattern(children[1]);
      return value ? { kind: "compare", operator, value } : null;
    }
    if (syntax.name === "Range") {
      const [open, lowerBound, , upperBound, close] = children;
      const lower = this.#pattern(lowerBound);
      const upper = this.#pattern(upperBound);
      if (!lower || !upper || close?.name !== "RangeClose") return null;
      const includesLower = this.#source(open) === "[";
      const includesUpper = this.#source(close) === "]";
      return { kind: "range", lower, upper, includesLower, includesUpper };
    }
    const value = this.#pattern(syntax);
    return value ? { kind: "value", value } : null;
  }

  #pattern(syntax: SyntaxNode | undefined): Pattern | null {
    const source = this.#source(syntax);
    switch (syntax?.name) {
      case "Word":
      case "Value":
      case "Dashed":
        return decodePattern(source, syntax.from);
      case "Phrase":
      case "UnclosedPhrase":
        return decodeQuoted(source, syntax.from, syntax.name === "Phrase");
      default:
        return null;
    }
  }

  #source(syntax: SyntaxNode | undefined): string {
    return syntax ? this.#text.slice(syntax.from, syntax.to) : "";
  }
}

/** Flattened: `(a b) c` says what `a b c` says. */
function combined(kind: "and" | "or", parts: readonly QueryNode[]): QueryNode | null {
  const flat = parts.flatMap((part) => (part.kind === kind ? part.parts : [part]));
  const [first, second] = flat;
  if (!first || !second) return first ?? null;
  return { kind, from: first.from, to: Math.max(...flat.map(({ to }) => to)), parts: flat };
}
