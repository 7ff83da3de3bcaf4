import { QUIET_SCOPES } from "../query-language/query-event.ts";
import { Bitmap } from "./bitmap.ts";
import { addPostings } from "./postings.ts";
import type { Lookup } from "./search-segment.ts";
import { scanPrefix } from "./term-page.ts";

const encoder = new TextEncoder();
/** Ends of keys that a lookup everywhere leaves out. */
const QUIET = ["traceId", ...QUIET_SCOPES].map((scope) => encoder.encode(`\u0000${scope}`));

/** The positions of the page's entries that a lookup asks for. */
export function lookUp(page: Uint8Array | undefined, lookup: Lookup, size: number): Bitmap {
  const found = new Bitmap(size);
  if (!page) return found;
  const begin = encoder.encode(lookup.begin);
  const end = lookup.end === null ? null : encoder.encode(lookup.end);
  scanPrefix(page, begin, (key, postings) => {
    if (lookup.isExact && key.length !== begin.length) return;
    if (end && !endsWith(key, end)) return;
    if (!end && !lookup.isExact && QUIET.some((quiet) => endsWith(key, quiet))) return;
    addPostings(postings, found);
  });
  return found;
}

function endsWith(key: Uint8Array, end: Uint8Array): boolean {
  const from = key.length - end.length;
  return from >= 0 && end.every((byte, at) => key[from + at] === byte);
}
