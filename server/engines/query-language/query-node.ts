/** Where something stands in the query text: UTF-16 code units, `to` exclusive. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * What was written for a value, escapes and quotes undone. Unescaped `*` outside quotes cut it into
 * chunks: `a*` is `["a", ""]`, a value without a wildcard is one chunk.
 */
export interface Pattern extends Span {
  readonly chunks: readonly string[];
}

export type CompareOperator = ">" | ">=" | "<" | "<=" | "=";

export type Match =
  | { readonly kind: "value"; readonly value: Pattern }
  | { readonly kind: "compare"; readonly operator: CompareOperator; readonly value: Pattern }
  | {
      readonly kind: "range";
      readonly lower: Pattern;
      readonly upper: Pattern;
      readonly includesLower: boolean;
      readonly includesUpper: boolean;
    };

export interface FieldName extends Span {
  readonly name: string;
}

/**
 * What a query says, with positions. Nested `and` in `and` (and `or` in `or`) is flattened, and
 * `actor:(a OR b)` is `actor:a OR actor:b`, so that equal queries have equal nodes.
 */
export type QueryNode =
  | (Span & { readonly kind: "and" | "or"; readonly parts: readonly QueryNode[] })
  | (Span & { readonly kind: "not"; readonly of: QueryNode })
  | (Span & { readonly kind: "text"; readonly value: Pattern })
  | (Span & { readonly kind: "field"; readonly field: FieldName; readonly match: Match });
