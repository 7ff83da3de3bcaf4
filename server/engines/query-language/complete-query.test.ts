import { expect, test } from "vitest";
import { completeQuery } from "./complete-query.ts";
import { highlightQuery } from "./highlight-query.ts";

const vocabulary = {
  types: ["runtime.access.denied", "runtime.secrets.rotated", "runtime.secrets.rotation-requested"],
  sources: ["worker", "console"],
  actors: ["Alice Smith"],
  payloadPaths: ["region", "odd key"],
};

/** `|` is the cursor. */
test.each<[text: string, replaced: string, inserts: string[]]>([
  ["ou|", "ou", ["outcome:"]],
  ["payload.|", "payload.", ["payload.region:", "payload.odd\\ key:"]],
  ["outcome:|", "", ["succeeded", "denied", "failed"]],
  ["outcome:de| kind:user", "de", ["denied"]],
  ["outcome:(denied OR f|", "f", ["failed"]],
  [
    "type:runtime.s|",
    "runtime.s",
    ["runtime.secrets.*", "runtime.secrets.rotated", "runtime.secrets.rotation-requested"],
  ],
  ["actor:|", "", ['"Alice Smith"']],
  ["a -source:w|", "w", ["worker"]],
  ["time:[|", "", ["15m", "1h", "24h", "7d", "30d", "today", "yesterday"]],
  ["time:[yesterday TO t|", "t", ["today"]],
  ["index:|", "", ["*", ">", ">=", "<", "<=", "["]],
  ["payload.region:|", "", ["="]],
  ["denied A|", "A", ["actor:", "AND "]],
  ["N|", "N", ["NOT "]],
  ['"in a phrase |', "", []],
])("at %s", (marked, replaced, inserts) => {
  const cursor = marked.indexOf("|");
  const text = marked.replace("|", "");
  const { from, to, options } = completeQuery(text, cursor, vocabulary);
  expect(text.slice(from, to)).toBe(replaced);
  expect(options.map(({ insert }) => insert)).toEqual(inserts);
});

test("an operator is offered only behind a condition", () => {
  const operators = (text: string) =>
    completeQuery(text, text.length).options.flatMap(({ kind, label }) =>
      kind === "operator" ? [label] : [],
    );
  expect(operators("")).toEqual(["NOT"]);
  expect(operators("a ")).toEqual(["AND", "OR", "NOT"]);
  expect(operators("a AND ")).toEqual(["NOT"]);
  expect(operators("(")).toEqual(["NOT"]);
  expect(operators("outcome:(denied) ")).toEqual(["AND", "OR", "NOT"]);
});

test.each([
  ["actor:al*", "field:actor: value:al wildcard:*"],
  ["actr:x -a", "unknown-field:actr: value:x operator:- word:a"],
  ['(a OR "b c")', 'bracket:( word:a keyword:OR phrase:"b c" bracket:)'],
  ["index:>=5", "field:index: operator:>= value:5"],
  ["time:[a TO *]", "field:time: bracket:[ value:a keyword:TO wildcard:* bracket:]"],
  ["payload.x:y )", "field:payload.x: value:y error:)"],
  ["a\\*b", "word:a\\*b"],
])("%s is coloured", (text, expected) => {
  const spans = highlightQuery(text).map(({ tag, from, to }) => `${tag}:${text.slice(from, to)}`);
  expect(spans.join(" ")).toBe(expected);
});
