import type { parser } from "./audit-query-parser.ts";

export type SyntaxNode = ReturnType<typeof parser.parse>["topNode"];

/** The children that hold something: error nodes are left out, see `syntaxProblems`. */
export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (!child.type.isError && !PUNCTUATION.has(child.name)) children.push(child);
  }
  return children;
}

const PUNCTUATION = new Set(["(", ")"]);
