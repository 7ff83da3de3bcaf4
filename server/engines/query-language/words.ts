import { MAX_WORD_LENGTH } from "./limits.ts";

const WORD = /[\p{L}\p{N}\p{M}]+/gu;

/**
 * The words of a text: runs of letters, digits and marks, in compatibility form and lower case, cut
 * to MAX_WORD_LENGTH. Index and query must both use this.
 */
export function wordsOf(text: string): string[] {
  // A Greek word ends in another sigma than its prefix does; both count as one letter.
  const folded = text.normalize("NFKC").toLowerCase().normalize("NFKC").replaceAll("ς", "σ");
  return (folded.match(WORD) ?? []).map((word) =>
    word.length <= MAX_WORD_LENGTH ? word : [...word].slice(0, MAX_WORD_LENGTH).join(""),
  );
}
