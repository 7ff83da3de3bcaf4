import type { QueryEvent } from "../query-language/query-event.ts";
import { Bitmap } from "./bitmap.ts";

/** Columns with few values, kept as one code a position: they filter and they count. */
export const CODED_COLUMNS = [
  "type",
  "outcome",
  "actorKind",
  "actorRef",
  "source",
  "subjectKind",
] as const;
export type CodedColumn = (typeof CODED_COLUMNS)[number];

/** One column of a segment. */
export interface ColumnCodes {
  readonly values: readonly string[];
  /** A place in `values` for each position. */
  readonly codes: Uint8Array | Uint16Array;
}

export function columnValue(column: CodedColumn, event: QueryEvent): string {
  return column === "subjectKind" ? subjectKindOf(event.subject) : event[column];
}

/** `secret-binding/` of `secret-binding/0190…`; nothing where there is no slash. */
export function subjectKindOf(subject: string): string {
  return subject.slice(0, subject.indexOf("/") + 1);
}

export function codesOf(column: CodedColumn, events: readonly QueryEvent[]): ColumnCodes {
  return coded(events.map((event) => columnValue(column, event)));
}

function coded(all: readonly string[]): ColumnCodes {
  const places = new Map<string, number>();
  const codes = new Uint16Array(all.length);
  for (const [at, value] of all.entries()) {
    const place = places.get(value) ?? places.size;
    places.set(value, place);
    codes[at] = place;
  }
  return { values: [...places.keys()], codes };
}

/** The columns of neighbours as one. */
export function joinCodes(parts: readonly ColumnCodes[]): ColumnCodes {
  const places = new Map<string, number>();
  const codes = new Uint16Array(parts.reduce((sum, part) => sum + part.codes.length, 0));
  let at = 0;
  for (const part of parts) {
    const renamed = part.values.map((value) => {
      const place = places.get(value) ?? places.size;
      places.set(value, place);
      return place;
    });
    for (const code of part.codes) codes[at++] = renamed[code] ?? 0;
  }
  return { values: [...places.keys()], codes };
}

/** The positions whose value passes, among those of a set where one is given. */
export function positionsWhere(
  { values, codes }: ColumnCodes,
  size: number,
  passes: (value: string) => boolean,
  among?: Bitmap,
): Bitmap {
  const found = new Bitmap(size);
  const isWanted = values.map(passes);
  if (!isWanted.includes(true)) return found;
  const look = (at: number) => {
    if (isWanted[codes[at] ?? 0]) found.add(at);
  };
  if (among) among.forEach(look);
  else for (let at = 0; at < codes.length; at++) look(at);
  return found;
}

/** How often each value occurs among the positions of a set; without one, among all. */
export function countValues({ values, codes }: ColumnCodes, among?: Bitmap): Map<string, number> {
  const counts = new Uint32Array(values.length);
  const add = (at: number) => {
    const code = codes[at] ?? 0;
    counts[code] = (counts[code] ?? 0) + 1;
  };
  if (among) among.forEach(add);
  else for (let at = 0; at < codes.length; at++) add(at);
  return new Map(values.map((value, place) => [value, counts[place] ?? 0]));
}

/** `JSON of the values`, its length in front, then the codes: one byte each where they fit. */
export function encodeColumn({ values, codes }: ColumnCodes): Uint8Array {
  const header = new TextEncoder().encode(JSON.stringify(values));
  const width = values.length <= 256 ? 1 : 2;
  const bytes = new Uint8Array(5 + header.length + codes.length * width);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, header.length);
  bytes[4] = width;
  bytes.set(header, 5);
  const start = 5 + header.length;
  if (width === 1) bytes.set(codes, start);
  else for (const [at, code] of codes.entries()) view.setUint16(start + at * 2, code);
  return bytes;
}

/** Throws a RangeError or SyntaxError when the bytes are no column. */
export function decodeColumn(bytes: Uint8Array): ColumnCodes {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 5 + view.getUint32(0);
  const values = JSON.parse(new TextDecoder().decode(bytes.subarray(5, start))) as string[];
  if (bytes[4] === 1) return { values, codes: bytes.subarray(start) };
  const codes = new Uint16Array((bytes.length - start) / 2);
  for (let at = 0, from = start; at < codes.length; at++, from += 2) {
    codes[at] = ((bytes[from] ?? 0) << 8) | (bytes[from + 1] ?? 0);
  }
  return { values, codes };
}
