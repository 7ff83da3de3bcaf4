import { parser } from "./audit-query-parser.ts";
import { FIELDS, PAYLOAD } from "./fields.ts";
import { MAX_QUERY_LENGTH } from "./limits.ts";
import { unescaped } from "./literal.ts";
import type { Span } from "./query-node.ts";

export type HighlightTag =
  | "field"
  | "unknown-field"
  | "keyword"
  | "operator"
  | "bracket"
  | "value"
  | "phrase"
  | "word"
  | "wildcard"
  | "error";

export interface HighlightSpan extends Span {
  readonly tag: HighlightTag;
}

const TAGS: Readonly<Record<string, HighlightTag>> = {
  Word: "word",
  Value: "value",
  Phrase: "phrase",
  UnclosedPhrase: "error",
  AndOperator: "keyword",
  OrOperator: "keyword",
  NotOperator: "keyword",
  RangeTo: "keyword",
  Minus: "operator",
  CompareOperator: "operator",
  RangeOpen: "bracket",
  RangeClose: "bracket",
  "(": "bracket",
  ")": "bracket",
  "⚠": "error",
};

/** How to colour a query: spans in order, none over another, gaps are space. Never throws. */
export function highlightQuery(text: string): HighlightSpan[] {
  const spans: HighlightSpan[] = [];
  const read = text.slice(0, MAX_QUERY_LENGTH);
  let end = 0;
  const add = (tag: HighlightTag, from: number, to: number) => {
    if (to <= Math.max(from, end)) return;
    spans.push({ tag, from: Math.max(from, end), to });
    end = to;
  };
  parser
    .parse(read)
    .cursor()
    .iterate(({ name, from, to, type }) => {
      if (name === "Field" || name === "EmptyField") {
        const nameEnd = name === "Field" ? to : to - 1;
        const field = unescaped(read.slice(from, nameEnd - 1));
        const isKnown =
          Object.hasOwn(FIELDS, field) || (field.startsWith(PAYLOAD) && field !== PAYLOAD);
        add(isKnown ? "field" : "unknown-field", from, nameEnd);
        return;
      }
      const tag = type.isError ? "error" : TAGS[name];
      if (!tag) return;
      if (name === "Word" || name === "Value") {
        for (const star of starsIn(read, from, to)) {
          add(tag, Math.max(end, from), star);
          add("wildcard", star, star + 1);
        }
      }
      add(tag, from, to);
    });
  if (text.length > read.length) add("error", read.length, text.length);
  return spans;
}

/** Where unescaped stars stand. */
function starsIn(text: string, from: number, to: number): number[] {
  const stars: number[] = [];
  for (let at = from; at < to; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === "*") stars.push(at);
  }
  return stars;
}
