/** Longest query that is read: what stands behind it is refused, not searched. Characters. */
export const MAX_QUERY_LENGTH = 4_000;
/** Parentheses and negations inside each other. */
export const MAX_DEPTH = 40;
/** Conditions of one query, after `field:(a OR b)` is written out. */
export const MAX_CONDITIONS = 200;
/** Longest value; equality in payloads is indexed up to it. UTF-16 code units. */
export const MAX_VALUE_LENGTH = 256;
/** Longer words count by their beginning. Code points. */
export const MAX_WORD_LENGTH = 64;
/** A query with more mistakes than this shows the first ones. */
export const MAX_PROBLEMS = 20;

/** How long a prefix in free text, actors and payloads may be, in code points: what the index holds. */
export interface PrefixBounds {
  readonly min: number;
  readonly max: number;
}
export const PREFIX_BOUNDS: PrefixBounds = { min: 3, max: 8 };
