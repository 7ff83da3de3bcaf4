import { canonicalJson, type JsonValue } from "../canonical-json/canonical-json.ts";
import { parseUint64 } from "../merkle/bytes.ts";
import { analyzeQuery } from "../query-language/analyze-query.ts";
import type { Condition } from "../query-language/condition.ts";
import { DISCLOSURES, type Disclosure, meaningOf, PACK_FORMAT } from "./pack-format.ts";
import { type PackRange, wholeTiles } from "./pack-tiles.ts";

/** A pack of a format, or a question in a language, that this program does not know. */
export class CannotTell extends Error {}

export interface PackQuery {
  readonly origin: string;
  readonly range: PackRange;
  readonly disclosure: Disclosure;
  readonly query: string;
  readonly asOf: string;
  readonly condition: Condition;
  /** What the pack says that its query means is what this program understands. */
  readonly hasSameMeaning: boolean;
}

/** Reads `query.json`. Throws `CannotTell`: without knowing what a pack is about nothing can be said of it. */
export function readPackQuery(file: Uint8Array | undefined): PackQuery {
  let said: Record<string, JsonValue>;
  try {
    said = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(file)) as typeof said;
  } catch {
    throw new CannotTell("query.json is missing or can't be read");
  }
  if (said === null || said.format !== PACK_FORMAT) {
    throw new CannotTell(`this is not a pack of the format ${PACK_FORMAT}`);
  }
  const text = (name: string): string => {
    const value = said[name];
    if (typeof value !== "string") throw new CannotTell(`query.json has no ${name}`);
    return value;
  };
  const disclosure = DISCLOSURES.find((each) => each === said.disclosure);
  if (!disclosure) throw new CannotTell("query.json says of no known disclosure what is opened");
  const query = text("query");
  const asOf = text("asOf");
  const now = Date.parse(asOf);
  const { condition } = analyzeQuery(query, { now });
  if (!condition || Number.isNaN(now)) {
    throw new CannotTell("this program can't read the query of the pack");
  }
  return {
    origin: text("origin"),
    range: rangeOf(text("from"), text("to"), text("treeSize")),
    disclosure,
    query,
    asOf,
    condition,
    hasSameMeaning: canonicalJson(said.meaning ?? null) === canonicalJson(meaningOf(condition)),
  };
}

function rangeOf(from: string, to: string, treeSize: string): PackRange {
  try {
    const said = { from: parseUint64(from), to: parseUint64(to), treeSize: parseUint64(treeSize) };
    const whole = wholeTiles(said.from, said.to, said.treeSize);
    if (whole.from === said.from && whole.to === said.to) return whole;
  } catch {
    // Said below.
  }
  throw new CannotTell("query.json names no range of whole tiles");
}
