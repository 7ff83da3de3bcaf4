import { createHash } from "node:crypto";
import { canonicalJson, type JsonValue } from "../canonical-json/canonical-json.ts";
import { equalBytes, toHex } from "../merkle/bytes.ts";
import type { Checkpoint } from "../merkle/checkpoint.ts";
import { parseEntryBundle } from "../merkle/entry-bundle.ts";
import { HASH_BYTES, leafHash } from "../merkle/hashing.ts";
import { foldPerfect } from "../merkle/subtree.ts";
import { formatTilePath, TILE_WIDTH } from "../merkle/tile-path.ts";
import { treeRoot } from "../merkle/tree-root.ts";
import { evaluateQuery } from "../query-language/evaluate-query.ts";
import { decideQuery } from "./decide-query.ts";
import { commitmentIn, envelopeEvent } from "./envelope-event.ts";
import { PAYLOAD_STATES, type PackFile } from "./pack-format.ts";
import { type PackLine, readPackLines } from "./pack-lines.ts";
import type { PackQuery } from "./pack-query.ts";
import { bindingTiles } from "./pack-tiles.ts";

/** Entries of the range, each counted once in `matches`, `proved`, `said` or `erased`. */
export interface PackCounts {
  entries: number;
  /** Those that fit and are here. */
  matches: number;
  /** Those that are proved not to fit. */
  proved: number;
  /** Those that do not fit by the word of whoever signed the pack. */
  said: number;
  /** Of those, the ones whose payload is said to be erased or unreadable. */
  erased: number;
}

interface OpenTile {
  readonly first: bigint;
  readonly width: number;
  readonly hashes: Uint8Array;
  entries: readonly Uint8Array[] | undefined;
  readonly events: Map<bigint, PackLine>;
  readonly payloads: Map<bigint, PackLine>;
}

/** Holds tiles, entries, events and payloads against the root and the query, a tile at a time. */
export class PackContents {
  readonly counts: PackCounts = { entries: 0, matches: 0, proved: 0, said: 0, erased: 0 };
  readonly #query: PackQuery;
  readonly #checkpoint: Checkpoint;
  readonly #fault: (text: string) => void;
  readonly #binding = new Map<string, Uint8Array>();
  readonly #edge: ReadonlySet<string>;
  #isBound = false;
  #open: OpenTile | undefined;

  constructor(query: PackQuery, checkpoint: Checkpoint, fault: (text: string) => void) {
    this.#query = query;
    this.#checkpoint = checkpoint;
    this.#fault = fault;
    this.#edge = new Set(
      bindingTiles({ from: 0n, to: 0n, treeSize: query.range.treeSize }).map(
        ({ level, index }) => `${level}/${index}`,
      ),
    );
  }

  take(file: PackFile, content: Uint8Array): void {
    const { tile } = file;
    if (!tile) return;
    switch (file.kind) {
      case "binding":
        if (this.#hasWidth(file, content)) this.#keep(tile.level, tile.index, content);
        return;
      case "leaves":
        this.#close();
        if (!this.#hasWidth(file, content)) return;
        if (this.#edge.has(`0/${tile.index}`)) this.#keep(0, tile.index, content);
        else this.#checkFold(0, tile.index, content);
        this.#open = {
          first: tile.index * BigInt(TILE_WIDTH),
          width: tile.width,
          hashes: content,
          entries: undefined,
          events: new Map(),
          payloads: new Map(),
        };
        return;
      case "entries":
        this.#takeEntries(file.path, content);
        return;
      case "events":
      case "payloads":
        this.#takeLines(file.kind, file.path, content);
        return;
    }
  }

  /** Judges the last tile, and the root. */
  finish(): void {
    this.#close();
    this.#bind();
  }

  #hasWidth({ path, tile }: PackFile, content: Uint8Array): boolean {
    if (content.length === (tile?.width ?? 0) * HASH_BYTES) return true;
    this.#fault(`${path} has not the length of its hashes`);
    return false;
  }

  #keep(level: number, index: bigint, content: Uint8Array): void {
    this.#binding.set(`${level}/${index}`, content);
    if (content.length === TILE_WIDTH * HASH_BYTES) this.#checkFold(level, index, content);
  }

  /** A full tile folds to its place in the tile above, which came before it. */
  #checkFold(level: number, index: bigint, content: Uint8Array): void {
    const parent = this.#binding.get(`${level + 1}/${index >> 8n}`);
    const at = Number(index & 255n) * HASH_BYTES;
    const path = formatTilePath({ level, index, width: TILE_WIDTH });
    if (!parent) this.#fault(`${path} has no tile above it that could vouch for it`);
    else if (!equalBytes(foldPerfect(content), parent.subarray(at, at + HASH_BYTES))) {
      this.#fault(`${path} and the tile above it disagree`);
    }
  }

  #bind(): void {
    if (this.#isBound) return;
    this.#isBound = true;
    const { size, root } = this.#checkpoint;
    try {
      const computed = treeRoot(size, (level, index) => this.#binding.get(`${level}/${index}`));
      if (!equalBytes(computed, root)) {
        this.#fault(`the tiles give the root ${toHex(computed)}, signed is ${toHex(root)}`);
      }
    } catch (error) {
      this.#fault(`the root can't be computed: ${(error as Error).message}`);
    }
  }

  #takeEntries(path: string, content: Uint8Array): void {
    if (!this.#open) return;
    try {
      this.#open.entries = parseEntryBundle(content);
    } catch (error) {
      this.#fault(`${path}: ${(error as Error).message}`);
      return;
    }
    const { entries, width } = this.#open;
    if (entries.length !== width) this.#fault(`${path} has ${entries.length} of ${width} entries`);
    for (const [at, entry] of entries.entries()) {
      if (at < width && !this.#isLeaf(this.#open, at, entry)) {
        this.#fault(
          `${path}: entry ${this.#open.first + BigInt(at)} is not the one that was sealed`,
        );
      }
    }
  }

  #isLeaf({ hashes }: OpenTile, at: number, entry: Uint8Array): boolean {
    return equalBytes(leafHash(entry), hashes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
  }

  #takeLines(kind: "events" | "payloads", path: string, content: Uint8Array): void {
    const open = this.#open;
    if (!open) return;
    const end = open.first + BigInt(open.width);
    let before = open.first - 1n;
    for (const line of readPackLines(path, content, kind, this.#fault)) {
      if (line.index <= before || line.index >= end) {
        this.#fault(`${path}: entry ${line.index} is not where it belongs`);
        continue;
      }
      before = line.index;
      open[kind].set(line.index, line);
    }
  }

  #close(): void {
    const open = this.#open;
    if (!open) return;
    this.#open = undefined;
    for (let at = 0; at < open.width; at += 1) {
      this.counts.entries += 1;
      const index = open.first + BigInt(at);
      const event = open.events.get(index);
      if (event) this.#judgeEvent(open, at, event);
      else this.#judgeOther(open, at, index);
    }
  }

  #judgeEvent(open: OpenTile, at: number, line: PackLine): void {
    this.counts.matches += 1;
    const { index, envelope = null } = line;
    const entry = new TextEncoder().encode(canonicalJson(envelope));
    if (!this.#isLeaf(open, at, entry)) {
      this.#fault(`event ${index}: its envelope is not the one that was sealed`);
    } else if (this.#isCommitted(line, envelope, "event")) {
      try {
        const event = envelopeEvent(envelope, index, line.payload);
        if (!evaluateQuery(this.#query.condition, event)) {
          this.#fault(`event ${index} does not fit the query`);
        }
      } catch (error) {
        this.#fault(`event ${index}: ${(error as Error).message}`);
      }
    }
  }

  #judgeOther(open: OpenTile, at: number, index: bigint): void {
    const { condition, disclosure } = this.#query;
    const entry = open.entries?.[at];
    if (!entry) {
      this.counts.said += 1;
      return;
    }
    try {
      const envelope = JSON.parse(new TextDecoder().decode(entry)) as JsonValue;
      let fits = decideQuery(condition, envelopeEvent(envelope, index, null));
      const line = open.payloads.get(index);
      if (line) {
        if (!this.#isCommitted(line, envelope, "payload of entry")) return;
        if (line.state === "intact") {
          fits = evaluateQuery(condition, envelopeEvent(envelope, index, line.payload));
        } else if (fits === undefined) this.counts.erased += 1;
      } else if (fits === undefined && disclosure === "payloads") {
        this.#fault(`entry ${index}: the payload that would decide whether it fits is missing`);
      }
      if (fits) this.#fault(`entry ${index} fits the query and is left out`);
      else if (fits === false) this.counts.proved += 1;
      else this.counts.said += 1;
    } catch (error) {
      this.#fault(`entry ${index}: ${(error as Error).message}`);
    }
  }

  /** Whether a payload is the one that the envelope commits to, or says why it is not here. */
  #isCommitted(line: PackLine, envelope: JsonValue, what: string): boolean {
    const { index, payload, salt, state } = line;
    if (!PAYLOAD_STATES.some((each) => each === state)) {
      this.#fault(`${what} ${index}: "${state}" is no state of a payload`);
      return false;
    }
    if (state !== "intact") {
      if (payload === null && salt === null) return true;
      this.#fault(`${what} ${index}: a payload that is ${state} can't be here`);
      return false;
    }
    const digest = createHash("sha256")
      .update(Buffer.from(salt ?? "", "hex"))
      .update(canonicalJson(payload))
      .digest("hex");
    if (salt !== null && digest === commitmentIn(envelope)) return true;
    this.#fault(`${what} ${index}: the payload is not the one that the log committed to`);
    return false;
  }
}
