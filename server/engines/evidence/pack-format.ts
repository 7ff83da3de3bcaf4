import { canonicalJson, type JsonValue } from "../canonical-json/canonical-json.ts";
import type { LogKeyList } from "../merkle/follow-keys.ts";
import { formatTilePath, TILE_WIDTH } from "../merkle/tile-path.ts";
import type { Condition } from "../query-language/condition.ts";
import { bindingTiles, leafTiles, type PackRange } from "./pack-tiles.ts";

export const PACK_FORMAT = "sovereign-console/evidence-pack/v1";

/**
 * What a pack opens of the entries that do not fit its query: nothing but their hashes; their envelopes;
 * or also the payloads without which nobody could tell whether they fit.
 */
export const DISCLOSURES = ["matches", "envelopes", "payloads"] as const;
export type Disclosure = (typeof DISCLOSURES)[number];

/** Whether a payload could be read when the pack was made; the log's commitment to it stands either way. */
export const PAYLOAD_STATES = ["intact", "altered", "unreadable", "erased"] as const;
export type PackPayloadState = (typeof PAYLOAD_STATES)[number];

export interface PackPlan {
  readonly origin: string;
  /** The log's signed head with the cosignatures under it, verbatim. */
  readonly checkpoint: string;
  readonly range: PackRange;
  readonly disclosure: Disclosure;
  readonly query: string;
  /** ISO time from which `since:7d` counts. */
  readonly asOf: string;
  readonly condition: Condition;
  /** Verifier key of the log, to be compared with one that was kept elsewhere. */
  readonly verifierKey: string;
  /** Every key of the log, with its handovers: whoever holds one of them follows it to the others. */
  readonly keyList: LogKeyList;
  /** C2SP tlog-policy: the log and the witnesses that this installation asks. */
  readonly policy: string;
}

export const KEY_LIST = "log-keys.json";
export const FIXED_FILES = [
  "README.md",
  "query.json",
  "policy",
  "log.vkey",
  KEY_LIST,
  "checkpoint",
] as const;
export const MANIFEST = "MANIFEST.sha256";
export const MANIFEST_NOTE = "MANIFEST.note";

export interface PackFile {
  readonly path: string;
  readonly kind: "fixed" | "binding" | "leaves" | "entries" | "events" | "payloads" | "manifest";
  readonly tile?: { readonly level: number; readonly index: bigint; readonly width: number };
  /** Left out when it would have no line. */
  readonly isOptional?: boolean;
}

/** The files of a pack in their order: nothing else is in one, and nothing in another order. */
export function* packFiles(range: PackRange, disclosure: Disclosure): Generator<PackFile> {
  for (const path of FIXED_FILES) yield { path, kind: "fixed" };
  for (const tile of bindingTiles(range)) {
    yield { path: formatTilePath(tile), kind: "binding", tile };
  }
  for (const tile of leafTiles(range)) {
    yield { path: formatTilePath(tile), kind: "leaves", tile };
    if (disclosure !== "matches") {
      yield { path: formatTilePath({ ...tile, level: "entries" }), kind: "entries", tile };
    }
    const lines = linesPath(tile.index);
    yield { path: `events/${lines}`, kind: "events", tile, isOptional: true };
    if (disclosure === "payloads") {
      yield { path: `payloads/${lines}`, kind: "payloads", tile, isOptional: true };
    }
  }
  yield { path: MANIFEST, kind: "manifest" };
  yield { path: MANIFEST_NOTE, kind: "manifest" };
}

function linesPath(index: bigint): string {
  const path = formatTilePath({ level: 0, index, width: TILE_WIDTH });
  return `${path.slice("tile/0/".length)}.ndjson`;
}

/** `query.json`: what the pack is about, in a form that this program and a person can both read. */
export function queryFile(plan: PackPlan): string {
  const { origin, range, disclosure, query, asOf, condition } = plan;
  return `${canonicalJson({
    format: PACK_FORMAT,
    origin,
    from: range.from.toString(),
    to: range.to.toString(),
    treeSize: range.treeSize.toString(),
    disclosure,
    query,
    asOf,
    meaning: meaningOf(condition),
  })}\n`;
}

/** A condition as JSON: times in ISO, indexes as decimal text. */
export function meaningOf(condition: Condition): JsonValue {
  switch (condition.kind) {
    case "and":
    case "or":
      return { kind: condition.kind, of: condition.of.map(meaningOf) };
    case "not":
      return { kind: "not", of: meaningOf(condition.of) };
    case "time":
      return { kind: "time", from: isoOf(condition.from), until: isoOf(condition.until) };
    case "index":
      return {
        kind: "index",
        from: condition.from?.toString() ?? null,
        until: condition.until?.toString() ?? null,
      };
    case "words":
      return { ...condition, words: [...condition.words] };
    default:
      return { ...condition };
  }
}

function isoOf(millis: number | null): string | null {
  if (millis === null) return null;
  const date = new Date(millis);
  return Number.isNaN(date.getTime()) ? String(millis) : date.toISOString();
}

/** The text of `MANIFEST.note`, which the log signs. */
export function manifestText(options: {
  origin: string;
  range: PackRange;
  disclosure: Disclosure;
  matches: number;
  manifestDigest: string;
}): string {
  const { origin, range, disclosure, matches, manifestDigest } = options;
  return `${PACK_FORMAT}\n${origin}\nrange ${range.from} ${range.to} of ${range.treeSize}\n${disclosure} ${matches}\nsha256 ${manifestDigest}\n`;
}
