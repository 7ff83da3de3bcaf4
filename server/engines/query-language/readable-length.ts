import { MAX_DEPTH, MAX_QUERY_LENGTH } from "./limits.ts";
import { problem, type Report } from "./problem.ts";

/**
 * How much of the text is worth parsing: up to the allowed length, and up to the bracket that goes
 * too deep or is one of too many that close nothing. Keeps hostile input cheap, for parsing broken
 * nests costs far more than this scan.
 */
export function readableLength(text: string, report: Report): number {
  const end = Math.min(text.length, MAX_QUERY_LENGTH);
  if (text.length > MAX_QUERY_LENGTH) {
    report(problem("too_long", { from: end, to: text.length }, { max: String(MAX_QUERY_LENGTH) }));
  }
  const depth = { round: 0, square: 0 };
  let isQuoted = false;
  for (let at = 0; at < end; at++) {
    const char = text[at] as string;
    if (char === "\\") at++;
    else if (char === '"') isQuoted = !isQuoted;
    if (isQuoted || !BRACKETS.has(char)) continue;
    const kind = char === "(" || char === ")" ? "round" : "square";
    depth[kind] += BRACKETS.get(char) ?? 0;
    const here = { from: at, to: at + 1 };
    if (depth[kind] > MAX_DEPTH) report(problem("too_deep", here, { max: String(MAX_DEPTH) }));
    else if (depth[kind] < -MAX_DEPTH) report(problem("unopened", here, { text: char }));
    else continue;
    return at;
  }
  return end;
}

const BRACKETS: ReadonlyMap<string, number> = new Map([
  ["(", 1],
  ["[", 1],
  ["{", 1],
  [")", -1],
  ["]", -1],
  ["}", -1],
]);
