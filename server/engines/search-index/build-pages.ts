import type { QueryEvent } from "../query-language/query-event.ts";
import { encodePostings, readPostings } from "./postings.ts";
import { pageCountOf, pageNumberOf } from "./segment-layout.ts";
import { keysOf, pageKeyOf } from "./term-key.ts";
import { compareBytes, encodePage, type PageEntry, scanPage } from "./term-page.ts";

/** 32 bits of a page key, the same for the same key for ever. */
export type PageHash = (pageKey: string) => number;

/** Page number → bytes; pages without an entry are left out. */
export type Pages = ReadonlyMap<number, Uint8Array>;

/** The pages of a segment of `level`, from its events in the order of their positions. */
export function buildPages(events: readonly QueryEvent[], hash: PageHash, level = 0): Pages {
  const positionsOf = new Map<string, number[]>();
  for (const [position, event] of events.entries()) {
    for (const key of keysOf(event)) {
      const positions = positionsOf.get(key);
      if (positions) positions.push(position);
      else positionsOf.set(key, [position]);
    }
  }
  const pageCount = pageCountOf(level);
  const pageOf = memoized((pageKey) => pageNumberOf(pageCount, hash(pageKey)));
  const encoder = new TextEncoder();
  const entries = new Map<number, PageEntry[]>();
  for (const [key, positions] of positionsOf) {
    push(entries, pageOf(pageKeyOf(key)), {
      key: encoder.encode(key),
      postings: encodePostings(positions),
    });
  }
  return encodeAll(entries);
}

/**
 * One page of each of the segments to be merged (undefined where it has none), as the pages of the
 * next level. Each child is `childSize` positions, in order. One alone, with its own level, is spread anew.
 */
export function mergePages(
  children: readonly (Uint8Array | undefined)[],
  { childSize, level, hash }: { childSize: number; level: number; hash: PageHash },
): Pages {
  const merged = new Map<string, { key: Uint8Array; positions: number[] }>();
  const decoder = new TextDecoder("latin1");
  for (const [at, page] of children.entries()) {
    if (!page) continue;
    scanPage(page, (key, postings) => {
      // As a map's key every byte is one character: no decoding can confuse two of them.
      const name = decoder.decode(key);
      const found = merged.get(name);
      const positions = readPostings(postings, at * childSize);
      if (found) for (const position of positions) found.positions.push(position);
      else merged.set(name, { key: key.slice(), positions });
      return true;
    });
  }
  const text = new TextDecoder();
  const pageCount = pageCountOf(level);
  const pageOf = memoized((pageKey) => pageNumberOf(pageCount, hash(pageKey)));
  const entries = new Map<number, PageEntry[]>();
  for (const { key, positions } of merged.values()) {
    const page = pageOf(pageKeyOf(text.decode(key)));
    push(entries, page, { key, postings: encodePostings(positions) });
  }
  return encodeAll(entries);
}

function encodeAll(entries: ReadonlyMap<number, PageEntry[]>): Pages {
  return new Map(
    [...entries].map(([page, of]) => [
      page,
      encodePage(of.sort((a, b) => compareBytes(a.key, b.key))),
    ]),
  );
}

function push(entries: Map<number, PageEntry[]>, page: number, entry: PageEntry): void {
  const of = entries.get(page);
  if (of) of.push(entry);
  else entries.set(page, [entry]);
}

/** Words repeat: their hash is made once. The rest does not: remembering it would only cost memory. */
function memoized(pageOf: (pageKey: string) => number): (pageKey: string) => number {
  const known = new Map<string, number>();
  return (pageKey) => {
    if (!pageKey.startsWith("w")) return pageOf(pageKey);
    let page = known.get(pageKey);
    if (page === undefined) {
      page = pageOf(pageKey);
      known.set(pageKey, page);
    }
    return page;
  };
}
