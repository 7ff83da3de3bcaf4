import { isolated } from "./isolated.ts";

/** What is wrong in a line of a text, as a sentence of other languages. */
export function lineSaid({ line, what }: { line: number; what: string }) {
  return { key: "lines.line", args: { line, what: isolated(what) } };
}
