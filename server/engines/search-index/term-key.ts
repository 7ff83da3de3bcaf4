import { MAX_VALUE_LENGTH, PREFIX_BOUNDS } from "../query-language/limits.ts";
import { type QueryEvent, type Scope, textsOf } from "../query-language/query-event.ts";
import { wordsOf } from "../query-language/words.ts";

/**
 * What an index knows of an event, as keys:
 * - `w<word>NUL<scope>` a word, and `p<word> <word>NUL<scope>` two that stand side by side;
 * - `v<scope>NUL<value>` a whole value of a payload field, of the actor's names or of the subject.
 *
 * Free text is every scope together, so that a word stands in the index once for each field. A trace
 * id is a word of a scope of its own, which free text leaves out.
 */
export type TermKey = string;

/** Scopes that the language does not know by this name. */
export type IndexScope = Scope | "type" | "subject" | "traceId";

const NUL = "\u0000";

export function wordKey(word: string, scope: IndexScope): TermKey {
  return `w${word}${NUL}${scope}`;
}

export function pairKey(pair: string, scope: IndexScope): TermKey {
  return `p${pair}${NUL}${scope}`;
}

export function valueKey(scope: IndexScope, value: string): TermKey {
  return `v${scope}${NUL}${value}`;
}

/** Every key of an event, each once. */
export function keysOf(event: QueryEvent): Set<TermKey> {
  const keys = new Set<TermKey>([
    valueKey("subject", event.subject),
    wordKey(event.traceId, "traceId"),
  ]);
  const addWords = (scope: IndexScope, text: string) => {
    const words = wordsOf(text);
    for (const [at, word] of words.entries()) {
      keys.add(wordKey(word, scope));
      const next = words[at + 1];
      if (next !== undefined) keys.add(pairKey(`${word} ${next}`, scope));
    }
  };
  addWords("type", event.type);
  addWords("subject", event.subject);
  for (const [scope, texts] of textsOf(event)) {
    if (scope === "text") continue;
    for (const text of texts) {
      addWords(scope, text);
      if (text.length <= MAX_VALUE_LENGTH) keys.add(valueKey(scope, text));
    }
  }
  return keys;
}

/**
 * What decides in which page a key stands. Words: their beginning, as short as the shortest prefix
 * that may be asked for, so that a prefix is found in one page. Pairs and values are asked for as a
 * whole only, and spread better so: ids of one hour begin alike.
 */
export function pageKeyOf(key: TermKey): string {
  if (key.startsWith("v")) return key;
  const [text = ""] = key.split(NUL);
  return key.startsWith("p") ? text : wordPageKey(text.slice(1));
}

export function wordPageKey(word: string): string {
  return `w${[...word.slice(0, PREFIX_BOUNDS.min * 2)].slice(0, PREFIX_BOUNDS.min).join("")}`;
}
