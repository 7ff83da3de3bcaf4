import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { analyzeQuery } from "../query-language/analyze-query.ts";
import type { Condition } from "../query-language/condition.ts";
import { evaluateQuery } from "../query-language/evaluate-query.ts";
import type { QueryEvent } from "../query-language/query-event.ts";
import { arbitraryEvent, arbitraryQuery, NOW } from "../query-language/testing/arbitrary-search.ts";
import { Bitmap } from "./bitmap.ts";
import { buildPages, mergePages, type Pages } from "./build-pages.ts";
import {
  CODED_COLUMNS,
  type CodedColumn,
  type ColumnCodes,
  codesOf,
  countValues,
  decodeColumn,
  encodeColumn,
  joinCodes,
  positionsWhere,
} from "./column-codes.ts";
import {
  decodeSpans,
  decodeTimes,
  encodeSpans,
  encodeTimes,
  GRANULE_SIZE,
  positionsWithin,
  spansOf,
} from "./granules.ts";
import { lookUp } from "./look-up.ts";
import { needsOf, type SegmentReader, searchSegment, subjectCandidates } from "./search-segment.ts";
import { pageCountOf, pageNumberOf, sizeOf } from "./segment-layout.ts";

const hash = (pageKey: string) => createHash("sha256").update(pageKey).digest().readUInt32BE(0);

interface Segment {
  level: number;
  events: readonly QueryEvent[];
  pages: Pages;
  columns: Record<CodedColumn, ColumnCodes>;
}

function lowest(events: readonly QueryEvent[]): Segment {
  const columns = Object.fromEntries(
    CODED_COLUMNS.map((column) => [column, decodeColumn(encodeColumn(codesOf(column, events)))]),
  ) as Segment["columns"];
  return { level: 0, events, pages: buildPages(events, hash), columns };
}

/** Children are full but for the last. */
function merged(children: readonly Segment[]): Segment {
  const pages = new Map<number, Uint8Array>();
  for (let page = 0; page < pageCountOf(0); page++) {
    const of = children.map((child) => child.pages.get(page));
    const next = mergePages(of, { childSize: sizeOf(0), level: 1, hash });
    for (const [number, bytes] of next) {
      expect(pages.has(number)).toBe(false);
      pages.set(number, bytes);
    }
  }
  const columns = Object.fromEntries(
    CODED_COLUMNS.map((column) => [
      column,
      joinCodes(children.map((each) => each.columns[column])),
    ]),
  ) as Segment["columns"];
  return { level: 1, events: children.flatMap((each) => each.events), pages, columns };
}

/** Gives only what `needsOf` named: anything else is a mistake of the engine. */
function readerOf({ level, events, pages, columns }: Segment, condition: Condition): SegmentReader {
  const needs = needsOf(condition);
  const size = events.length;
  const where = (passes: (event: QueryEvent) => boolean) => {
    const found = new Bitmap(size);
    for (const [at, event] of events.entries()) if (passes(event)) found.add(at);
    return found;
  };
  const times = events.map((event) => event.recordedAt.getTime());
  const spans = decodeSpans(encodeSpans(spansOf(times)));
  const reader: SegmentReader = {
    size,
    lookup(lookup) {
      expect(needs.pageKeys).toContain(lookup.pageKey);
      return lookUp(
        pages.get(pageNumberOf(pageCountOf(level), hash(lookup.pageKey))),
        lookup,
        size,
      );
    },
    column(column, passes, among) {
      expect(needs.columns).toContain(column);
      return positionsWhere(columns[column], size, passes, among);
    },
    interval(interval) {
      if (interval.kind === "index") return where((event) => evaluateQuery(interval, event));
      expect(needs.times).toContain(interval);
      return positionsWithin({ spans, size }, interval, (granule) =>
        decodeTimes(encodeTimes(times.slice(granule * GRANULE_SIZE, (granule + 1) * GRANULE_SIZE))),
      );
    },
    listed(listed) {
      if (listed.kind === "event") return where((event) => evaluateQuery(listed, event));
      const candidates = subjectCandidates(listed, reader);
      const found = where((event) => event.subject.startsWith(listed.prefix));
      for (const at of found.positions()) expect(candidates.has(at)).toBe(true);
      return found;
    },
  };
  return reader;
}

function conditionOf(query: string): Condition | null {
  return analyzeQuery(query, { now: NOW }).condition;
}

function expectSame(segment: Segment, query: string): number {
  const condition = conditionOf(query);
  if (!condition) return 0;
  const found = [...searchSegment(condition, readerOf(segment, condition)).positions()];
  const expected = [...segment.events.keys()].filter((at) =>
    evaluateQuery(condition, segment.events[at] as QueryEvent),
  );
  expect(found, query).toEqual(expected);
  return found.length;
}

test("a segment finds exactly the events that the language means", () => {
  let hits = 0;
  fc.assert(
    fc.property(
      fc.array(arbitraryEvent, { minLength: 1, maxLength: 40 }),
      fc.array(arbitraryQuery, { minLength: 1, maxLength: 8 }),
      (events, queries) => {
        const segment = lowest(events);
        for (const query of queries) hits += expectSame(segment, query);
      },
    ),
    { numRuns: 150 },
  );
  expect(hits).toBeGreaterThan(500);
});

test("merged segments find what their parts do, each place further on", () => {
  const events = fc.sample(arbitraryEvent, { numRuns: 256 * 3 + 57, seed: 7 });
  const parts = [0, 256, 512, 768].map((from) => lowest(events.slice(from, from + 256)));
  const segment = merged(parts);
  const queries = fc.sample(arbitraryQuery, { numRuns: 300, seed: 8 });
  const hits = queries.reduce((sum, query) => sum + expectSame(segment, query), 0);
  expect(hits).toBeGreaterThan(10_000);
});

test("columns count what a set holds, and everything without one", () => {
  fc.assert(
    fc.property(fc.array(arbitraryEvent, { minLength: 1, maxLength: 60 }), (events) => {
      const column = codesOf("type", events);
      const among = new Bitmap(events.length);
      for (const [at, { outcome }] of events.entries()) if (outcome === "denied") among.add(at);
      const counted = countValues(column, among);
      for (const type of column.values) {
        const denied = events.filter((each) => each.type === type && each.outcome === "denied");
        expect(counted.get(type)).toBe(denied.length);
        expect(countValues(column).get(type)).toBe(
          events.filter((each) => each.type === type).length,
        );
      }
    }),
  );
});

test("a column of more than 256 values takes two bytes each", () => {
  const values = Array.from({ length: 300 }, (_, at) => `v${at}`);
  const codes = Uint16Array.from({ length: 600 }, (_, at) => at % 300);
  expect(decodeColumn(encodeColumn({ values, codes }))).toEqual({ values, codes });
});

test("a set answers as a list of its positions does", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 300 }),
      fc.array(fc.nat(299)),
      fc.array(fc.nat(299)),
      fc.nat(300),
      fc.nat(300),
      (size, a, b, one, other) => {
        const make = (of: readonly number[]) => {
          const set = new Bitmap(size);
          for (const at of of) if (at < size) set.add(at);
          return set;
        };
        const list = (set: Bitmap) => [...set.positions()];
        const all = Array.from({ length: size }, (_, at) => at);
        const isIn = (of: readonly number[]) => (at: number) => of.includes(at);
        expect(list(make(a).and(make(b)))).toEqual(all.filter(isIn(a)).filter(isIn(b)));
        expect(list(make(a).or(make(b)))).toEqual(all.filter((at) => isIn(a)(at) || isIn(b)(at)));
        expect(list(make(a).not())).toEqual(all.filter((at) => !isIn(a)(at)));
        const [from, until] = [Math.min(one, other, size), Math.min(Math.max(one, other), size)];
        const within = all.filter(isIn(a)).filter((at) => at >= from && at < until);
        expect([...make(a).positions(from, until)]).toEqual(within);
        expect([...make(a).positionsDown(from, until)]).toEqual(within.toReversed());
        expect(make(a).count(from, until)).toBe(within.length);
      },
    ),
  );
});

test("bytes that were cut are refused, not read as less", () => {
  const [page] = [...lowest(fc.sample(arbitraryEvent, { numRuns: 20, seed: 1 })).pages.values()];
  const cut = (page as Uint8Array).subarray(0, -1);
  expect(() => lookUp(cut, { pageKey: "", begin: "", end: null, isExact: false }, 20)).toThrow(
    RangeError,
  );
});
