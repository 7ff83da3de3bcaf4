import { encodeFieldName, encodePattern } from "./literal.ts";
import type { Match, QueryNode } from "./query-node.ts";

/** The canonical text of a query: reading it gives the same query, and printing that the same text. */
export function printQuery(node: QueryNode | null): string {
  return node ? print(node, false) : "";
}

/** AND is written as a space and binds closer than OR; only an OR, or what is negated, needs parentheses. */
function print(node: QueryNode, isInside: boolean): string {
  switch (node.kind) {
    case "and": {
      const text = node.parts.map((part) => print(part, part.kind === "or")).join(" ");
      return isInside ? `(${text})` : text;
    }
    case "or": {
      const text = node.parts.map((part) => print(part, false)).join(" OR ");
      return isInside ? `(${text})` : text;
    }
    case "not":
      return `-${print(node.of, true)}`;
    case "text":
      return encodePattern(node.value, false);
    case "field":
      return `${encodeFieldName(node.field.name)}:${printMatch(node.match)}`;
  }
}

function printMatch(match: Match): string {
  switch (match.kind) {
    case "value":
      return encodePattern(match.value, true);
    case "compare":
      return `${match.operator}${encodePattern(match.value, true)}`;
    case "range": {
      const open = match.includesLower ? "[" : "{";
      const close = match.includesUpper ? "]" : "}";
      return `${open}${encodePattern(match.lower, true)} TO ${encodePattern(match.upper, true)}${close}`;
    }
  }
}
