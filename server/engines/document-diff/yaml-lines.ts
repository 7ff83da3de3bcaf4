import { isObject, type Json } from "#server/engines/differ/json.ts";
import { blockLines, blockSign, isBlock, yamlScalar } from "./yaml-scalar.ts";

const STEP = "  ";

/** A value as lines of YAML; under a key, the key begins the first of them. */
export function yamlLines(key: string | null, value: Json, depth: number): string[] {
  const indent = STEP.repeat(depth);
  const name = key === null ? indent : `${indent}${yamlScalar(key)}: `;
  const below = key === null ? depth : depth + 1;
  if (isObject(value)) {
    const entries = Object.entries(value);
    if (entries.length === 0) return [`${name}{}`];
    const lines = entries.flatMap(([each, item]) => yamlLines(each, item, below));
    return key === null ? lines : [name.trimEnd(), ...lines];
  }
  if (Array.isArray(value)) {
    if (value.length === 0) return [`${name}[]`];
    const lines = value.flatMap((item) => withDash(yamlLines(null, item, below + 1), below));
    return key === null ? lines : [name.trimEnd(), ...lines];
  }
  if (typeof value === "string" && isBlock(value)) {
    const inner = STEP.repeat(depth + 1);
    return [
      `${name}${blockSign(value)}`,
      ...blockLines(value).map((line) => (line === "" ? "" : inner + line)),
    ];
  }
  return [`${name}${yamlScalar(value)}`];
}

/** Puts the dash of a list's item before its first line, which stands one step further in. */
export function withDash(lines: string[], depth: number): string[] {
  const [first = "", ...rest] = lines;
  return [dashed(first, depth), ...rest];
}

/** One line that begins an item. */
export function dashed(line: string, depth: number): string {
  return `${STEP.repeat(depth)}- ${line.slice((depth + 1) * STEP.length)}`;
}
