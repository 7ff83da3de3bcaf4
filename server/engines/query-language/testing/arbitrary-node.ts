import fc from "fast-check";
import type { Match, Pattern, QueryNode } from "../query-node.ts";

const SPAN = { from: 0, to: 0 };

/** Any text without half characters: quotes, backslashes, stars, colons, Arabic, emoji, controls. */
const text = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.string({ unit: "grapheme", maxLength: 6 }),
  fc.string({ unit: "binary", maxLength: 6 }).filter((each) => each.isWellFormed()),
  fc.constantFrom(
    "AND",
    "OR",
    "NOT",
    "TO",
    "-",
    "-a",
    ":",
    "a:b",
    '"',
    "\\",
    "*",
    "a b",
    "(",
    "]",
    "=",
    ">1",
    "مسقط",
    "\u0085",
    "\ufeff",
    "\u2028",
  ),
);

const pattern: fc.Arbitrary<Pattern> = fc
  .oneof(
    { weight: 3, arbitrary: text.map((each) => [each]) },
    fc.array(text, { minLength: 2, maxLength: 3 }),
  )
  .map((chunks) => ({ ...SPAN, chunks }));

const match: fc.Arbitrary<Match> = fc.oneof(
  { weight: 3, arbitrary: pattern.map((value): Match => ({ kind: "value", value })) },
  fc.record({
    kind: fc.constant("compare" as const),
    operator: fc.constantFrom(">", ">=", "<", "<=", "="),
    value: pattern,
  }),
  fc.record({
    kind: fc.constant("range" as const),
    lower: pattern,
    upper: pattern,
    includesLower: fc.boolean(),
    includesUpper: fc.boolean(),
  }),
);

const fieldName = fc.oneof(
  fc.constantFrom(
    "actor",
    "type",
    "time",
    "index",
    "payload.region",
    "payload.a-b.c",
    "payload.x y",
    "payload.a:b",
    "_x",
    "حقل",
  ),
  text.filter((each) => each !== ""),
);

const leaf: fc.Arbitrary<QueryNode> = fc.oneof(
  pattern.map((value): QueryNode => ({ kind: "text", ...SPAN, value })),
  fc.record({ name: fieldName, match }).map(
    ({ name, match: written }): QueryNode => ({
      kind: "field",
      ...SPAN,
      field: { ...SPAN, name },
      match: written,
    }),
  ),
);

/** Any query as `parseQuery` gives it: `and` never in `and`, `or` never in `or`. Without positions. */
export const arbitraryNode: fc.Arbitrary<QueryNode> = fc.letrec<{ node: QueryNode }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    tie("node").map((of): QueryNode => ({ kind: "not", ...SPAN, of })),
    fc
      .record({
        kind: fc.constantFrom("and", "or"),
        parts: fc.array(tie("node"), { minLength: 2, maxLength: 4 }),
      })
      .map(({ kind, parts }): QueryNode => {
        const flat = parts.flatMap((part) => (part.kind === kind ? part.parts : [part]));
        return { kind, ...SPAN, parts: flat };
      }),
  ),
})).node;

/** The same value without positions. */
export function withoutSpans(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSpans);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== "from" && key !== "to")
      .map(([key, member]) => [key, withoutSpans(member)]),
  );
}
