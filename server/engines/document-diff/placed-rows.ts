import type { FieldDifference } from "#server/engines/differ/diff.ts";
import { keyedItems } from "#server/engines/differ/list-keys.ts";
import { type DocumentRow, dashedRows, markedRows } from "./document-rows.ts";
import { yamlScalar } from "./yaml-scalar.ts";

interface Node {
  below: Map<string, Node>;
  found: FieldDifference | null;
}

/**
 * Differences where they stand in the object, when the rest of it was not kept: only the lines that lead to
 * them. An item of a list is named by its key or its position, as a comment.
 */
export function placedRows(differences: readonly FieldDifference[]): DocumentRow[] {
  const root: Node = { below: new Map(), found: null };
  for (const difference of differences) {
    let node = root;
    for (const step of stepsOf(difference.path)) {
      const next = node.below.get(step) ?? { below: new Map(), found: null };
      node.below.set(step, next);
      node = next;
    }
    node.found = difference;
  }
  return rowsOf(root, null, [], 0);
}

/** The steps of an RFC 6901 pointer. */
export function stepsOf(path: string): string[] {
  if (path === "") return [];
  const steps = path.split("/").slice(1);
  return steps.map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function rowsOf(node: Node, key: string | null, path: readonly string[], depth: number) {
  const rows: DocumentRow[] = [];
  if (node.found) {
    const { desired, live } = node.found;
    rows.push(...markedRows(key, desired, live, node.found, depth));
  } else if (key !== null) rows.push(leading(`${"  ".repeat(depth)}${yamlScalar(key)}:`));
  const below = key === null ? depth : depth + 1;
  for (const [step, child] of node.below) {
    const at = [...path, step];
    if (isItem(path.at(-1), step)) {
      const inner = rowsOf(child, null, at, below + 1);
      const name = leading(`${"  ".repeat(below)}- # ${/^\d+$/.test(step) ? `[${step}]` : step}`);
      rows.push(...(child.found ? dashedRows(inner, below) : [name, ...inner]));
    } else rows.push(...rowsOf(child, step, at, below));
  }
  return rows;
}

/** Whether a step goes into a list: by the key of an item, or by its position. */
function isItem(field: string | undefined, step: string): boolean {
  return field !== undefined && (/^\d+$/.test(step) || keyedItems(field, []) !== undefined);
}

function leading(line: string): DocumentRow {
  return { desired: line, live: line, mark: "same", path: "", manager: null };
}
