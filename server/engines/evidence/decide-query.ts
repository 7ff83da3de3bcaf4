import type { Condition } from "../query-language/condition.ts";
import { evaluateQuery } from "../query-language/evaluate-query.ts";
import type { QueryEvent } from "../query-language/query-event.ts";

/**
 * Whether an event fits, judged without its payload: true or false where no payload could change it,
 * undefined where one could (Kleene's three values). `event.payload` is null, its actor has no names.
 */
export function decideQuery(condition: Condition, event: QueryEvent): boolean | undefined {
  switch (condition.kind) {
    case "and":
      return all(condition.of.map((each) => decideQuery(each, event)));
    case "or":
      return negated(all(condition.of.map((each) => negated(decideQuery(each, event)))));
    case "not":
      return negated(decideQuery(condition.of, event));
    case "words":
    case "word-prefix":
    case "whole":
      // A payload adds texts and takes none away: what is found without it stays found.
      return evaluateQuery(condition, event) ? true : undefined;
    default:
      return evaluateQuery(condition, event);
  }
}

function all(parts: readonly (boolean | undefined)[]): boolean | undefined {
  if (parts.includes(false)) return false;
  return parts.includes(undefined) ? undefined : true;
}

function negated(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}
