import { createHash } from "node:crypto";
import { equalBytes } from "../merkle/bytes.ts";
import { type Checkpoint, openCheckpoint } from "../merkle/checkpoint.ts";
import { openCosignatures } from "../merkle/cosignature.ts";
import { type FollowedKeys, followKeys } from "../merkle/follow-keys.ts";
import { parseKeyList } from "../merkle/key-list-file.ts";
import type { LogKey } from "../merkle/log-key.ts";
import { MerkleError } from "../merkle/merkle-error.ts";
import { formatVerifierKey, type NoteVerifier } from "../merkle/note-key.ts";
import { openNote } from "../merkle/signed-note.ts";
import { ExpectedFiles } from "./expected-files.ts";
import { ManifestLines } from "./manifest-lines.ts";
import { PackContents, type PackCounts } from "./pack-contents.ts";
import {
  FIXED_FILES,
  KEY_LIST,
  MANIFEST,
  MANIFEST_NOTE,
  manifestText,
  queryFile,
} from "./pack-format.ts";
import { CannotTell, type PackQuery, readPackQuery } from "./pack-query.ts";
import { packReadme } from "./pack-readme.ts";
import { readTar, TarFault } from "./read-tar.ts";

export interface PackKeys {
  /** Keys of the log that were got elsewhere; those that the pack's list leads to from there are believed too. */
  readonly log: readonly LogKey[];
  /** Witnesses that must have cosigned the head. */
  readonly witnesses: readonly NoteVerifier[];
}

export interface PackVerdict {
  /** Where the pack is not what was signed; none: it is. */
  readonly faults: readonly string[];
  readonly query: PackQuery | undefined;
  readonly checkpoint: Checkpoint | undefined;
  readonly counts: PackCounts;
  readonly cosignedBy: readonly string[];
  /** Which keys of the log are believed by whose word, and which are not. */
  readonly told: readonly string[];
}

export const MOST_FAULTS = 100;

/**
 * Reads a pack as it streams and holds every byte of it against the log's key: files and their order, head,
 * tiles up to the root, events, payloads, the query, the signed manifest. Throws `CannotTell` for a pack of a
 * format, or with a query, that this program does not know.
 */
export async function verifyPack(
  source: AsyncIterable<Uint8Array>,
  keys: PackKeys,
): Promise<PackVerdict> {
  const faults: string[] = [];
  const fault = (text: string) => {
    if (faults.length < MOST_FAULTS) faults.push(text);
  };
  const kept = new Map<string, Buffer>();
  const digests = new ManifestLines();
  let opened: OpenedPack | undefined;
  let isReadable = true;
  try {
    for await (const { name, content } of readTar(source)) {
      if (!opened) {
        const awaited = FIXED_FILES[kept.size];
        if (name !== awaited) fault(`${awaited} is missing: ${name} stands in its place`);
        if (name !== awaited) return verdictOf();
        kept.set(name, content);
        digests.add(name, content);
        if (name === FIXED_FILES.at(-1)) opened = openPack(kept, keys, fault);
        if (name === FIXED_FILES.at(-1) && !opened) return verdictOf();
        continue;
      }
      const reached = opened.files.reach(name);
      if (!reached) {
        fault(`${name} is not where it belongs`);
        continue;
      }
      for (const { path } of reached.missing) fault(`${path} is missing`);
      if (reached.file.kind === "manifest") kept.set(name, content);
      else {
        digests.add(name, content);
        opened.contents.take(reached.file, content);
      }
    }
  } catch (error) {
    if (!(error instanceof TarFault)) throw error;
    fault(error.message);
    isReadable = false;
  }
  if (!opened) {
    if (isReadable) fault(`${FIXED_FILES[kept.size]} is missing`);
    return verdictOf();
  }
  if (!isReadable) return verdictOf();
  for (const { path } of opened.files.rest()) fault(`${path} is missing`);
  opened.contents.finish();
  checkManifest(kept, digests, opened, fault);
  return verdictOf();

  function verdictOf(): PackVerdict {
    return {
      faults,
      query: opened?.query,
      checkpoint: opened?.checkpoint,
      counts: opened?.contents.counts ?? {
        entries: 0,
        matches: 0,
        proved: 0,
        said: 0,
        erased: 0,
      },
      cosignedBy: opened?.cosignedBy ?? [],
      told: opened?.log.told ?? [],
    };
  }
}

interface OpenedPack {
  query: PackQuery;
  checkpoint: Checkpoint;
  cosignedBy: string[];
  log: FollowedKeys;
  contents: PackContents;
  files: ExpectedFiles;
}

type Fault = (text: string) => void;

/** Head, key and query, before anything else is read; undefined when the head is not the log's. */
function openPack(
  kept: ReadonlyMap<string, Buffer>,
  keys: PackKeys,
  fault: Fault,
): OpenedPack | undefined {
  const query = readPackQuery(kept.get("query.json"));
  const note = textOf(kept, "checkpoint");
  const key = keys.log.find(({ name }) => name === query.origin);
  if (!key) {
    throw new CannotTell(
      `the pack is of the log ${query.origin}; the keys given are of ${keys.log.map(({ name }) => name).join(", ")}`,
    );
  }
  const log = followed(kept, query.origin, keys);
  const checkpoint = openHead(note, query.origin, log.keys, fault);
  if (log.fault) fault(log.fault);
  if (!checkpoint) return undefined;
  if (checkpoint.size !== query.range.treeSize) {
    fault(
      `query.json: the tree has ${query.range.treeSize} entries, signed are ${checkpoint.size}`,
    );
    return undefined;
  }
  const cosignedBy = cosignersOf(note, keys, fault);
  checkFixed(kept, query, log.keys, fault);
  const files = new ExpectedFiles(query.range, query.disclosure);
  for (const path of FIXED_FILES) files.reach(path);
  const contents = new PackContents(query, checkpoint, fault);
  return { query, checkpoint, cosignedBy, log, contents, files };
}

/** The keys given, and those that handovers in the pack lead to. Keys that were given with bounds keep them. */
function followed(
  kept: ReadonlyMap<string, Buffer>,
  origin: string,
  keys: PackKeys,
): FollowedKeys & { fault?: string } {
  const held = keys.log.filter(({ name }) => name === origin);
  try {
    const list = parseKeyList(textOf(kept, KEY_LIST));
    if (list.origin !== origin) throw new MerkleError("is of another log");
    return followKeys(held, list);
  } catch (error) {
    const fault = `${KEY_LIST}: ${(error as Error).message}`;
    return { keys: held, told: [], fault };
  }
}

function openHead(
  note: string,
  origin: string,
  log: readonly LogKey[],
  fault: Fault,
): Checkpoint | undefined {
  try {
    return openCheckpoint(note, origin, log);
  } catch (error) {
    fault(`checkpoint is not signed by ${origin}: ${(error as Error).message}`);
    return undefined;
  }
}

function cosignersOf(note: string, { witnesses }: PackKeys, fault: Fault): string[] {
  return witnesses.flatMap((witness) => {
    try {
      const [found] = openCosignatures(note, [witness]);
      if (found) return [found.name];
      fault(`checkpoint is not cosigned by ${witness.name}`);
    } catch (error) {
      fault(`checkpoint: ${(error as Error).message}`);
    }
    return [];
  });
}

/** The files that follow from the others are what they follow from, byte for byte. */
function checkFixed(
  kept: ReadonlyMap<string, Buffer>,
  query: PackQuery,
  log: readonly LogKey[],
  fault: Fault,
): void {
  const vkey = textOf(kept, "log.vkey");
  if (!log.some((key) => vkey === `${formatVerifierKey(key)}\n`)) {
    fault("log.vkey is not a key that was got elsewhere, nor one that a handover leads to");
  }
  const keyList = { origin: query.origin, keys: [] };
  const plan = { ...query, checkpoint: "", verifierKey: "", keyList, policy: "" };
  if (!query.hasSameMeaning) fault("query.json: the meaning is not that of the query");
  else if (textOf(kept, "query.json") !== queryFile(plan))
    fault("query.json is not as it is written");
  if (textOf(kept, "README.md") !== packReadme(plan)) fault("README.md is not as it is written");
}

function checkManifest(
  kept: ReadonlyMap<string, Buffer>,
  digests: ManifestLines,
  { query, contents, log }: OpenedPack,
  fault: Fault,
): void {
  const manifest = kept.get(MANIFEST);
  const note = kept.get(MANIFEST_NOTE);
  if (!manifest || !note) return;
  const found = digests.bytes();
  if (!equalBytes(manifest, found)) tellDifferences(manifest, found, fault);
  const { origin, range, disclosure } = query;
  const { matches } = contents.counts;
  const manifestDigest = createHash("sha256").update(manifest).digest("hex");
  const text = manifestText({ origin, range, disclosure, matches, manifestDigest });
  try {
    // Signed when the pack was made, which may be before a new key's first head, but not by a key that had ended.
    const { treeSize } = range;
    const signing = log.keys.filter(
      ({ lastSize, isRevoked }) => !isRevoked && (lastSize === undefined || lastSize >= treeSize),
    );
    const opened = openNote(note.toString("utf8"), signing);
    if (opened.text !== text) fault(`${MANIFEST_NOTE} was signed for other contents`);
    const lines = note
      .toString("utf8")
      .slice(text.length + 1)
      .split("\n");
    if (lines.length !== opened.signatures.length + 1) {
      fault(`${MANIFEST_NOTE} has more than the log's signature`);
    }
  } catch (error) {
    fault(`${MANIFEST_NOTE} is not signed by the log: ${(error as Error).message}`);
  }
}

function tellDifferences(manifest: Buffer, found: Buffer, fault: Fault): void {
  const digestsOf = (lines: readonly string[]) =>
    new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]));
  const listed = manifest.toString("utf8").split("\n");
  if (listed.pop() !== "") fault(`${MANIFEST} is cut off`);
  const said = digestsOf(listed);
  const here = digestsOf(found.toString("utf8").split("\n").slice(0, -1));
  for (const [path, digest] of here) {
    if (!said.has(path)) fault(`${path} is not in ${MANIFEST}`);
    else if (said.get(path) !== digest) fault(`${path} has another digest than ${MANIFEST} says`);
  }
  for (const path of said.keys()) {
    if (!here.has(path)) fault(`${path} is in ${MANIFEST}, and not here`);
  }
}

function textOf(kept: ReadonlyMap<string, Buffer>, path: string): string {
  return kept.get(path)?.toString("utf8") ?? "";
}
