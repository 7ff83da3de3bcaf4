import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { analyzeQuery } from "./analyze-query.ts";
import type { QueryEvent } from "./query-event.ts";
import { indexTerms, requiredTerms, termText } from "./search-term.ts";
import { successor } from "./successor.ts";
import { wordsOf } from "./words.ts";

const EVENT: QueryEvent = {
  eventId: "0190c2f4-5a7e-7cc1-a0d3-3f6b2c9e8d10",
  type: "runtime.access.denied",
  subject: "session/1",
  outcome: "denied",
  actorKind: "user",
  actorRef: "user:0123456789abcdef0123456789abcdef",
  actorNames: ["Alice"],
  traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
  source: "console",
  recordedAt: new Date(0),
  leafIndex: null,
  payload: { a: { b: ["Signing key", 7] }, n: null },
};

describe("the terms of an event", () => {
  test("words, pairs and wholes by scope; prefixes only where they are asked for", () => {
    const texts = indexTerms(EVENT, null).map(termText).sort();
    expect(texts).toEqual([
      "pair:11:payload.a.b:signing key",
      "pair:4:text:access denied",
      "pair:4:text:runtime access",
      "pair:4:text:session 1",
      "pair:4:text:signing key",
      "whole:11:payload.a.b:7",
      "whole:11:payload.a.b:Signing key",
      "whole:5:actor:Alice",
      "word:11:payload.a.b:7",
      "word:11:payload.a.b:key",
      "word:11:payload.a.b:signing",
      "word:4:text:1",
      "word:4:text:7",
      "word:4:text:access",
      "word:4:text:alice",
      "word:4:text:denied",
      "word:4:text:key",
      "word:4:text:runtime",
      "word:4:text:session",
      "word:4:text:signing",
      "word:5:actor:alice",
    ]);
    const prefixes = indexTerms({ ...EVENT, payload: null }, { min: 3, max: 4 }).filter(
      ({ kind, scope }) => kind === "prefix" && scope === "actor",
    );
    expect(prefixes.map(({ text }) => text)).toEqual(["ali", "alic"]);
  });

  test("different terms have different texts", () => {
    const term = fc.record({
      kind: fc.constantFrom("word" as const, "pair" as const, "whole" as const),
      scope: fc
        .string({ maxLength: 4, unit: fc.constantFrom(":", "a", "1") })
        .map((path) => `payload.${path}` as const),
      text: fc.string({ maxLength: 4, unit: fc.constantFrom(":", "a", "1") }),
    });
    fc.assert(
      fc.property(term, term, (a, b) => {
        const isSame = a.kind === b.kind && a.scope === b.scope && a.text === b.text;
        expect(termText(a) === termText(b)).toBe(isSame);
      }),
    );
  });

  test("a search can start from what every match must have", () => {
    const { condition } = analyzeQuery("muscat -a (b OR c) outcome:denied actor:alice", { now: 0 });
    expect(condition && requiredTerms(condition).map(termText)).toEqual([
      "word:4:text:muscat",
      "word:5:actor:alice",
    ]);
  });
});

test("words are folded alike wherever they stand", () => {
  expect(wordsOf("Signing-KEY_2 ﬁle, ΟΔΟΣ ΟΔΟΣΑ")).toEqual([
    "signing",
    "key",
    "2",
    "file",
    "οδοσ",
    "οδοσα",
  ]);
  expect(wordsOf("مسقط، عُمان")).toEqual(["مسقط", "عُمان"]);
  expect(wordsOf("x".repeat(100))).toEqual(["x".repeat(64)]);
  expect(wordsOf("𐐀".repeat(100))[0]).toBe("𐐨".repeat(64));
});

test("the successor is the least text above all that begin so, in the order of bytes", () => {
  const character = fc.oneof(
    fc.integer({ min: 0, max: 0x10ffff }).map((point) => String.fromCodePoint(point)),
    fc.constantFrom("\ud7ff", "\ue000", "\u{10ffff}", "\u0000"),
  );
  const text = fc
    .array(character, { maxLength: 4 })
    .map((each) => each.join(""))
    .filter((each) => each.isWellFormed());
  fc.assert(
    fc.property(text, text, (prefix, other) => {
      const end = successor(prefix);
      const isBetween =
        Buffer.compare(Buffer.from(other), Buffer.from(prefix)) >= 0 &&
        (end === undefined || Buffer.compare(Buffer.from(other), Buffer.from(end)) < 0);
      expect(isBetween).toBe(other.startsWith(prefix));
      expect(
        end === undefined || Buffer.compare(Buffer.from(prefix + other), Buffer.from(end)) < 0,
      ).toBe(true);
    }),
    { numRuns: 500 },
  );
});
