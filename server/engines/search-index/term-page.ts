import { ByteReader, ByteWriter } from "./varint.ts";

/** A key and the encoded positions where it occurs. */
export interface PageEntry {
  readonly key: Uint8Array;
  readonly postings: Uint8Array;
}

const writer = new ByteWriter();

/**
 * A page of entries in the order of their keys' bytes; each key is kept as what differs from the
 * one before: `shared length, rest length, rest, postings length, postings`.
 */
export function encodePage(entries: Iterable<PageEntry>): Uint8Array {
  writer.clear();
  let last = new Uint8Array(0);
  for (const { key, postings } of entries) {
    const shared = sharedLength(last, key);
    writer.number(shared);
    writer.number(key.length - shared);
    writer.bytes(key.subarray(shared));
    writer.number(postings.length);
    writer.bytes(postings);
    last = key as Uint8Array<ArrayBuffer>;
  }
  return writer.take();
}

/** Visits the entries in order. The key's bytes are only good during the call; `false` ends it. */
export function scanPage(
  page: Uint8Array,
  visit: (key: Uint8Array, postings: Uint8Array) => boolean | undefined,
): void {
  const reader = new ByteReader(page);
  let key = new Uint8Array(128);
  while (!reader.isAtEnd) {
    const shared = reader.number();
    const rest = reader.bytes(reader.number());
    const length = shared + rest.length;
    if (length > key.length) {
      const longer = new Uint8Array(length * 2);
      longer.set(key.subarray(0, shared));
      key = longer;
    }
    key.set(rest, shared);
    const postings = reader.bytes(reader.number());
    if (visit(key.subarray(0, length), postings) === false) return;
  }
}

/** Visits the entries whose key begins with `prefix`. */
export function scanPrefix(
  page: Uint8Array,
  prefix: Uint8Array,
  visit: (key: Uint8Array, postings: Uint8Array) => void,
): void {
  scanPage(page, (key, postings) => {
    const order = comparePrefix(key, prefix);
    if (order > 0) return false;
    if (order === 0) visit(key, postings);
    return true;
  });
}

/** Below 0: the key stands before every key with the prefix; 0: it has it; above 0: behind them. */
function comparePrefix(key: Uint8Array, prefix: Uint8Array): number {
  for (let at = 0; at < prefix.length; at++) {
    const mine = key[at];
    if (mine === undefined) return -1;
    const difference = mine - (prefix[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function sharedLength(a: Uint8Array, b: Uint8Array): number {
  const longest = Math.min(a.length, b.length);
  let at = 0;
  while (at < longest && a[at] === b[at]) at++;
  return at;
}

/** The order of pages: byte by byte, the shorter first. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const at = sharedLength(a, b);
  if (at < a.length && at < b.length) return (a[at] ?? 0) - (b[at] ?? 0);
  return a.length - b.length;
}
