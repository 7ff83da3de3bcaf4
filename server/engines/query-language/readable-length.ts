import { MAX_DEPTH, MAX_QUERY_LENGTH } from "./limits.ts";
import { problem, type Report } from "./problem.ts";

/**
 * How much of the text is worth parsing: up to the allowed length, and up to the parenthesis that
 * goes too deep. Keeps hostile input cheap, for parsing broken nests costs far more than this scan.
 */
export function readableLength(text: string, report: Report): number {
  const end = Math.min(text.length, MAX_QUERY_LENGTH);
  if (text.length > MAX_QUERY_LENGTH) {
    report(problem("too_long", { from: end, to: text.length }, { max: String(MAX_QUERY_LENGTH) }));
  }
  let depth = 0;
  let isQuoted = false;
  for (let at = 0; at < end; at++) {
    const char = text[at];
    if (char === "\\") at++;
    else if (char === '"') isQuoted = !isQuoted;
    else if (char === ")" && !isQuoted) depth = Math.max(0, depth - 1);
    else if (char === "(" && !isQuoted && ++depth > MAX_DEPTH) {
      report(problem("too_deep", { from: at, to: at + 1 }, { max: String(MAX_DEPTH) }));
      return at;
    }
  }
  return end;
}
