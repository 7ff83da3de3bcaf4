import type { Condition } from "./condition.ts";
import { MAX_VALUE_LENGTH, PREFIX_BOUNDS, type PrefixBounds } from "./limits.ts";
import { type QueryEvent, type Scope, textsOf } from "./query-event.ts";
import { wordsOf } from "./words.ts";

/**
 * What the search index is asked for, and what it holds of an event. `pair` is two words side by
 * side with a space between; `prefix` is the beginning of a word; `whole` a whole value.
 */
export interface SearchTerm {
  readonly kind: "word" | "pair" | "prefix" | "whole";
  readonly scope: Scope;
  readonly text: string;
}

type TextCondition = Extract<Condition, { kind: "words" | "word-prefix" | "whole" }>;

/** The terms that an event must all have to fit. */
export function termsOf(condition: TextCondition): SearchTerm[] {
  const { scope } = condition;
  if (condition.kind === "whole") return [{ kind: "whole", scope, text: condition.value }];
  if (condition.kind === "word-prefix") return [{ kind: "prefix", scope, text: condition.prefix }];
  const { words } = condition;
  if (words.length === 1) return [{ kind: "word", scope, text: words[0] ?? "" }];
  return pairsOf(words).map((text) => ({ kind: "pair", scope, text }));
}

/**
 * The terms that every fitting event has, whatever else is asked: a search can start from the
 * rarest of them. Empty when the query has no such term.
 */
export function requiredTerms(condition: Condition): SearchTerm[] {
  switch (condition.kind) {
    case "and":
      return condition.of.flatMap(requiredTerms);
    case "words":
    case "word-prefix":
    case "whole":
      return termsOf(condition);
    default:
      return [];
  }
}

/**
 * All terms of an event, each once: what has to be put into the index. Without `prefixes` (an index
 * of clear text answers prefixes from its words) there are no prefix terms.
 */
export function indexTerms(
  event: QueryEvent,
  prefixes: PrefixBounds | null = PREFIX_BOUNDS,
): SearchTerm[] {
  const terms = new Map<string, SearchTerm>();
  const add = (kind: SearchTerm["kind"], scope: Scope, text: string) => {
    const term = { kind, scope, text };
    terms.set(termText(term), term);
  };
  for (const [scope, texts] of textsOf(event)) {
    for (const text of texts) {
      const words = wordsOf(text);
      for (const word of words) add("word", scope, word);
      for (const pair of pairsOf(words)) add("pair", scope, pair);
      if (scope !== "text" && text.length <= MAX_VALUE_LENGTH) add("whole", scope, text);
      if (!prefixes) continue;
      for (const word of words) {
        const letters = [...word];
        const longest = Math.min(prefixes.max, letters.length);
        for (let length = prefixes.min; length <= longest; length++) {
          add("prefix", scope, letters.slice(0, length).join(""));
        }
      }
    }
  }
  return [...terms.values()];
}

/** A term as one text, different for different terms: to be stored, or to be hashed with a tenant's key. */
export function termText({ kind, scope, text }: SearchTerm): string {
  return `${kind}:${scope.length}:${scope}:${text}`;
}

function pairsOf(words: readonly string[]): string[] {
  return words.slice(1).map((word, at) => `${words[at]} ${word}`);
}
