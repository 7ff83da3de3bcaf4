import { type Condition, EVERY_EVENT } from "./condition.ts";

const NO_EVENT: Condition = { kind: "or", of: [] };

/**
 * What a query asks of the clear columns alone: every event that fits the query fits this too, and mostly few others.
 * What it asks of words is left open, because only the payload can answer it.
 */
export function clearPart(condition: Condition): Condition {
  return withoutWords(condition, EVERY_EVENT);
}

/** `open` stands for what words would decide; under a NOT it is the other way round. */
function withoutWords(condition: Condition, open: Condition): Condition {
  switch (condition.kind) {
    case "and":
    case "or":
      return { kind: condition.kind, of: condition.of.map((each) => withoutWords(each, open)) };
    case "not":
      return {
        kind: "not",
        of: withoutWords(condition.of, open === EVERY_EVENT ? NO_EVENT : EVERY_EVENT),
      };
    case "words":
    case "word-prefix":
    case "whole":
      return open;
    default:
      return condition;
  }
}
