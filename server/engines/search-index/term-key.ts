import { MAX_VALUE_LENGTH, PREFIX_BOUNDS } from "../query-language/limits.ts";
import { type QueryEvent, type Scope, textsOf } from "../query-language/query-event.ts";
import { wordsOf } from "../query-language/words.ts";

/**
 * What an index knows of an event, as keys:
 * - `w<word>NUL<scope>` a word, and `p<word> <word>NUL<scope>` two that stand side by side;
 * - `v<scope>NUL<value>` a whole value of a payload field, of the actor's names or of a clear column.
 *
 * Free text is every scope together, so that a word stands in the index once for each field.
 */
export type TermKey = string;

/** Clear columns that are found by equality through the index; the rest are kept as columns. */
export const VALUE_COLUMNS = ["actorRef", "subject", "traceId"] as const;
export type ValueColumn = (typeof VALUE_COLUMNS)[number];

const NUL = "\u0000";

export function wordKey(word: string, scope: string): TermKey {
  return `w${word}${NUL}${scope}`;
}

export function valueKey(scope: Scope | ValueColumn, value: string): TermKey {
  return `v${scope}${NUL}${value}`;
}

/** Every key of an event, each once. */
export function keysOf(event: QueryEvent): Set<TermKey> {
  const keys = new Set<TermKey>();
  for (const column of VALUE_COLUMNS) keys.add(valueKey(column, event[column]));
  const addWords = (scope: string, text: string) => {
    const words = wordsOf(text);
    for (const [at, word] of words.entries()) {
      keys.add(wordKey(word, scope));
      const next = words[at + 1];
      if (next !== undefined) keys.add(`p${word} ${next}${NUL}${scope}`);
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
 * What decides in which page a key stands: the beginning of its first word, as short as the
 * shortest prefix that may be asked for, so that a prefix is found in one page; or the whole value.
 */
export function pageKeyOf(key: TermKey): string {
  if (key.startsWith("v")) return key;
  const [words = ""] = key.slice(1).split(NUL);
  return wordPageKey(words.split(" ")[0] ?? "");
}

export function wordPageKey(word: string): string {
  return `w${[...word.slice(0, PREFIX_BOUNDS.min * 2)].slice(0, PREFIX_BOUNDS.min).join("")}`;
}
