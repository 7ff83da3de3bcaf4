import { createHash } from "node:crypto";
import { canonicalJson, type JsonValue } from "../canonical-json/canonical-json.ts";
import { formatEntryBundle } from "../merkle/entry-bundle.ts";
import { evaluateQuery } from "../query-language/evaluate-query.ts";
import { TAR_END, tarHeader, tarPadding } from "../tenant-export/tar.ts";
import { decideQuery } from "./decide-query.ts";
import { envelopeEvent } from "./envelope-event.ts";
import { ManifestLines } from "./manifest-lines.ts";
import {
  KEY_LIST,
  MANIFEST,
  manifestText,
  type PackFile,
  type PackPayloadState,
  type PackPlan,
  packFiles,
  queryFile,
} from "./pack-format.ts";
import { packReadme } from "./pack-readme.ts";

/** One entry of the range as the log has it. */
export interface PackLeaf {
  readonly index: bigint;
  /** RFC 8785 JSON, byte for byte the log entry. */
  readonly envelope: string;
  /** Null unless `state` is `intact`. */
  readonly payload: JsonValue;
  readonly salt: Uint8Array | null;
  readonly state: PackPayloadState;
}

/** Where a pack is made from. What is asked for exists: whatever is missing throws. */
export interface PackSource {
  tile(level: number, index: bigint, width: number): Promise<Uint8Array>;
  /** Leaves of a level-0 tile, rising: all of them, or at least those that may fit the query. */
  leaves(index: bigint, width: number): Promise<readonly PackLeaf[]>;
}

export interface PackProgress {
  /** Entries of the range that are written. */
  entries: number;
  matches: number;
}

/**
 * A pack as one stream: the same plan and source give the same bytes. `sign` makes a note of a text by the
 * log's key. In memory at one time: one tile's worth, and the manifest.
 */
export async function* packBytes(
  plan: PackPlan,
  source: PackSource,
  sign: (text: string) => string,
  onProgress: (progress: PackProgress) => void | Promise<void> = () => undefined,
): AsyncGenerator<Uint8Array> {
  const listed = new ManifestLines();
  const progress: PackProgress = { entries: 0, matches: 0 };
  let opened: OpenedTile | undefined;
  for (const file of packFiles(plan.range, plan.disclosure)) {
    if (file.kind === "leaves") {
      const { index, width } = tileOf(file);
      opened = openTile(plan, await source.leaves(index, width), width);
      progress.matches += opened.matches;
    }
    const content = await contentOf(file);
    if (content === undefined) continue;
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    if (file.kind !== "manifest") listed.add(file.path, bytes);
    yield tarHeader(file.path, bytes.length);
    yield bytes;
    yield tarPadding(bytes.length);
    if (file.kind === "leaves") {
      progress.entries += tileOf(file).width;
      await onProgress({ ...progress });
    }
  }
  yield TAR_END;

  async function contentOf(file: PackFile): Promise<Uint8Array | string | undefined> {
    switch (file.kind) {
      case "fixed":
        return fixedFile(plan, file.path);
      case "binding":
      case "leaves": {
        const { level, index, width } = tileOf(file);
        return source.tile(level, index, width);
      }
      case "entries":
        return opened?.bundle;
      case "events":
        return opened?.events;
      case "payloads":
        return opened?.payloads;
      case "manifest": {
        if (file.path === MANIFEST) return listed.bytes();
        const { origin, range, disclosure } = plan;
        const manifestDigest = createHash("sha256").update(listed.bytes()).digest("hex");
        const { matches } = progress;
        return sign(manifestText({ origin, range, disclosure, matches, manifestDigest }));
      }
    }
  }
}

function fixedFile(plan: PackPlan, path: string): string {
  switch (path) {
    case "README.md":
      return packReadme(plan);
    case "query.json":
      return queryFile(plan);
    case "policy":
      return plan.policy;
    case KEY_LIST:
      return `${JSON.stringify(plan.keyList, null, 2)}\n`;
    case "log.vkey":
      return `${plan.verifierKey}\n`;
    case "checkpoint":
      return plan.checkpoint;
    default:
      throw new Error(`no file of a pack: ${path}`);
  }
}

interface OpenedTile {
  matches: number;
  bundle: Uint8Array | undefined;
  events: string | undefined;
  payloads: string | undefined;
}

/** Sorts the entries of a tile into those that fit and, where they are opened, the rest. */
function openTile(plan: PackPlan, leaves: readonly PackLeaf[], width: number): OpenedTile {
  const { condition, disclosure } = plan;
  if (disclosure !== "matches" && leaves.length !== width) {
    throw new Error(`${leaves.length} of ${width} entries of a tile could be read`);
  }
  const events: string[] = [];
  const payloads: string[] = [];
  for (const leaf of leaves) {
    const envelope = JSON.parse(leaf.envelope) as JsonValue;
    const index = leaf.index.toString();
    const payload = leaf.state === "intact" ? leaf.payload : null;
    const salt =
      leaf.state === "intact" && leaf.salt ? Buffer.from(leaf.salt).toString("hex") : null;
    const { state } = leaf;
    if (evaluateQuery(condition, envelopeEvent(envelope, leaf.index, payload))) {
      events.push(`${canonicalJson({ index, envelope, payload, salt, state })}\n`);
    } else if (
      disclosure === "payloads" &&
      decideQuery(condition, envelopeEvent(envelope, leaf.index, null)) === undefined
    ) {
      payloads.push(`${canonicalJson({ index, payload, salt, state })}\n`);
    }
  }
  const encoder = new TextEncoder();
  return {
    matches: events.length,
    bundle:
      disclosure === "matches"
        ? undefined
        : formatEntryBundle(leaves.map((leaf) => encoder.encode(leaf.envelope))),
    events: events.length > 0 ? events.join("") : undefined,
    payloads: payloads.length > 0 ? payloads.join("") : undefined,
  };
}

function tileOf(file: PackFile): NonNullable<PackFile["tile"]> {
  if (!file.tile) throw new Error(`${file.path} is of no tile`);
  return file.tile;
}
