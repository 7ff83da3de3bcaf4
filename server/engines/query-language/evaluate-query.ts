import type { Condition } from "./condition.ts";
import { type QueryEvent, textsOf } from "./query-event.ts";
import { wordsOf } from "./words.ts";

/** Whether an event fits: the meaning of the language, which every compiler is tested against. */
export function evaluateQuery(condition: Condition, event: QueryEvent): boolean {
  switch (condition.kind) {
    case "and":
      return condition.of.every((each) => evaluateQuery(each, event));
    case "or":
      return condition.of.some((each) => evaluateQuery(each, event));
    case "not":
      return !evaluateQuery(condition.of, event);
    case "equals":
      return event[condition.column] === condition.value;
    case "prefix":
      return event[condition.column].startsWith(condition.prefix);
    case "event":
      return event.eventId === condition.eventId;
    case "time":
      return isWithin(event.recordedAt.getTime(), condition);
    case "index":
      return event.leafIndex !== null && isWithin(event.leafIndex, condition);
    case "words":
      return hasWords(textsOf(event).get(condition.scope) ?? [], condition.words);
    case "word-prefix":
      return (textsOf(event).get(condition.scope) ?? []).some((text) =>
        wordsOf(text).some((word) => word.startsWith(condition.prefix)),
      );
    case "whole":
      return (textsOf(event).get(condition.scope) ?? []).includes(condition.value);
  }
}

function isWithin<Order extends number | bigint>(
  at: Order,
  { from, until }: { readonly from: Order | null; readonly until: Order | null },
): boolean {
  return (from === null || at >= from) && (until === null || at < until);
}

function hasWords(texts: readonly string[], words: readonly string[]): boolean {
  const [only, second] = words;
  if (second === undefined) return texts.some((text) => wordsOf(text).includes(only ?? ""));
  return words.slice(1).every((next, at) =>
    texts.some((text) => {
      const found = wordsOf(text);
      return found.some((word, place) => word === words[at] && found[place + 1] === next);
    }),
  );
}
