import "server-only";
import { createHash } from "node:crypto";
import { type Checkpoint, openCheckpoint } from "#server/engines/merkle/checkpoint.ts";
import {
  MOST_FAULTS,
  rootFaults,
  tileFaults,
  tilesOfTree,
} from "#server/engines/merkle/find-log-faults.ts";
import { tileWidth } from "#server/engines/merkle/tile-path.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { AuditProgress } from "./audit-progress.ts";
import { eventFaults, GoneReader } from "./event-faults.ts";
import { headFaults, type LogTrust, lostCosignatures, newestHead } from "./head-faults.ts";
import { type RowReader, storedLogFiles } from "./stored-log-files.ts";

/** Tiles of the lowest level, with 256 entries each, that are read in one part. */
const TILES_AT_ONCE = 64;
/** Batches of events in one part. */
const BATCHES_AT_ONCE = 8;

export interface StoredLogVerdict {
  /** Entries under the head that the log was held against. */
  size: bigint;
  /** Where the stored log is not the one that was signed; none: it is. */
  faults: string[];
}

export interface LogAuditOptions {
  /** Runs work over one state of the rows: a transaction of its own for each part. */
  inPart<Result>(work: (rows: RowReader) => Promise<Result>): Promise<Result>;
  tenant: AuthorizedTenantId;
  /** A checkpoint that was kept elsewhere, and what it and the others are believed by. */
  kept: LogTrust & { note: string };
  /** Of an audit of the same log against the same checkpoint that did not come to its end. */
  progress?: AuditProgress | undefined;
  /** After each part: what is needed to go on from there. */
  onPart?: (progress: AuditProgress) => void | Promise<void>;
}

/**
 * Holds everything that the tables have of a tenant's log against a checkpoint that was kept elsewhere
 * and the log's public key: heads, cosignatures, tiles, leaves, events with their columns, payloads, and
 * the queue of what is not sealed yet. Of a row that was changed, put in, taken out or moved it says
 * where. It goes in parts, so that a log may be of any length; the newest head that is signed when it
 * begins says what is looked at, and what comes later is left to the next audit. The times of sealing and
 * signing are in no leaf: nothing proves them, and nothing is said of them. Throws when it can't come to
 * its end, or when `progress` is of another audit: then nobody knows.
 */
export async function auditStoredLog(options: LogAuditOptions): Promise<StoredLogVerdict> {
  const { inPart, tenant, kept } = options;
  let known: Checkpoint;
  try {
    known = openCheckpoint(kept.note, kept.origin, kept.key);
  } catch (error) {
    const why = (error as Error).message;
    return { size: 0n, faults: [`the checkpoint kept elsewhere is not of ${kept.origin}: ${why}`] };
  }
  let progress =
    options.progress ?? (await inPart((rows) => begun(rows, tenant, kept, { ...known })));
  if (!isProgressOf(progress, kept)) {
    throw new Error("the progress is of an audit by another checkpoint");
  }
  const head = openCheckpoint(progress.note, kept.origin, kept.key);
  const gone = new GoneReader();
  await options.onPart?.(progress);
  while (progress.step !== "done") {
    const { step, at } = progress;
    const part = await inPart((rows) =>
      STEPS[step]({ rows, tenant, kept, head, progress, at, gone }),
    );
    const faults = [...progress.faults, ...part.faults].slice(0, MOST_FAULTS);
    const isOver = faults.length >= MOST_FAULTS;
    const isLast = part.next === null;
    progress = {
      ...progress,
      faults,
      at: part.next,
      step: isOver ? "done" : isLast ? AFTER[step] : step,
      looked: isLast ? 0 : progress.looked + part.looked,
    };
    await options.onPart?.(progress);
  }
  return { size: head.size, faults: progress.faults };
}

/** Whether a progress is of an audit by this checkpoint, and holds the log against a head that its keys signed. */
export function isProgressOf(progress: AuditProgress, kept: LogAuditOptions["kept"]): boolean {
  if (progress.origin !== kept.origin || progress.kept !== digestOf(kept.note)) return false;
  try {
    return openCheckpoint(progress.note, kept.origin, kept.key).size === BigInt(progress.size);
  } catch {
    return false;
  }
}

const AFTER = { tiles: "heads", heads: "events", events: "done" } as const;

interface Part {
  rows: RowReader;
  tenant: AuthorizedTenantId;
  kept: LogAuditOptions["kept"];
  head: Checkpoint;
  progress: AuditProgress;
  at: string | null;
  gone: GoneReader;
}
type Step = (part: Part) => Promise<{ faults: string[]; next: string | null; looked: number }>;

const STEPS: Record<keyof typeof AFTER, Step> = {
  async tiles({ rows, tenant, head, at }) {
    const files = storedLogFiles(rows, tenant);
    const [level = "0", index = "0"] = at?.split("/") ?? [];
    const faults: string[] = [];
    let [left, looked] = [TILES_AT_ONCE, 0];
    for (const place of tilesOfTree(head.size, { level: Number(level), index: BigInt(index) })) {
      if (left <= 0) return { faults, next: `${place.level}/${place.index}`, looked };
      faults.push(...(await tileFaults(files, head.size, place)));
      // A tile above the lowest level is compared with 256 others.
      left -= place.level === 0 ? 1 : TILES_AT_ONCE / 2;
      if (place.level === 0) looked += tileWidth(0, place.index, head.size);
    }
    faults.push(...(await rootFaults(files, head)));
    return { faults, next: null, looked };
  },
  heads: ({ rows, tenant, kept, head, at }) =>
    headFaults(rows, tenant, kept, {
      after: at,
      until: head.size,
      files: storedLogFiles(rows, tenant),
    }),
  async events({ rows, tenant, kept, head, progress, at, gone }) {
    const known = { ...head, note: progress.note };
    const { size } = await newestHead(rows, tenant, kept, known);
    const until = progress.lastEvent;
    const faults: string[] = [];
    let [after, looked] = [at, 0];
    for (let batch = 0; batch < BATCHES_AT_ONCE; batch += 1) {
      const part = await eventFaults(rows, tenant, { size, after, until }, gone);
      faults.push(...part.faults);
      looked += part.looked;
      after = part.next;
      if (after === null) break;
    }
    if (after === null) faults.push(...(await strayLeaves(rows, tenant, head.size)));
    return { faults, next: after, looked };
  },
};

async function begun(
  rows: RowReader,
  tenant: AuthorizedTenantId,
  kept: LogAuditOptions["kept"],
  known: Checkpoint,
): Promise<AuditProgress> {
  const newest = await newestHead(rows, tenant, kept, { ...known, note: kept.note });
  const [last] = await rows.query<{ size: string; event: string | null }>(
    `SELECT coalesce((SELECT tree_size FROM audit_checkpoint WHERE tenant_id = $1 ORDER BY tree_size DESC LIMIT 1), 0) AS size,
       (SELECT event_id FROM audit_event WHERE tenant_id = $1 ORDER BY event_id DESC LIMIT 1) AS event`,
    [tenant],
  );
  const faults: string[] = [];
  const stored = BigInt(last?.size ?? 0);
  if (stored < known.size) {
    faults.push(`the log ends at entry ${stored}; ${known.size} were signed: it was cut`);
  }
  faults.push(
    ...(await lostCosignatures(rows, tenant, kept, { note: kept.note, size: known.size })),
  );
  faults.push(...(await extraTiles(rows, tenant, newest.size)));
  if ((await rootFaults(storedLogFiles(rows, tenant), known)).length > 0) {
    faults.push(`the log does not lead to what was signed at ${known.size} entries`);
  }
  return {
    origin: kept.origin,
    kept: digestOf(kept.note),
    note: newest.note,
    size: newest.size.toString(),
    lastEvent: last?.event ?? NO_EVENT,
    step: "tiles",
    at: null,
    looked: 0,
    faults,
  };
}

const NO_EVENT = "00000000-0000-0000-0000-000000000000";

function digestOf(note: string): string {
  return createHash("sha256").update(note).digest("hex");
}

/** Tiles that a tree of this size does not have, or has less of. */
async function extraTiles(rows: RowReader, tenant: string, size: bigint): Promise<string[]> {
  const tiles = await rows.query<{ level: number; tile_index: string; width: number }>(
    "SELECT level, tile_index, width FROM audit_tile WHERE tenant_id = $1",
    [tenant],
  );
  return tiles.flatMap(({ level, tile_index: index, width }) => {
    const signed = tileWidth(level, BigInt(index), size);
    if (width === signed) return [];
    return [`tile ${level}/${index} has ${width} hashes, signed are ${signed}`];
  });
}

/** Leaves beyond what was audited that are of no event; those before it are read with their entries. */
async function strayLeaves(rows: RowReader, tenant: string, size: bigint): Promise<string[]> {
  const found = await rows.query<{ leaf_index: string }>(
    `SELECT l.leaf_index FROM audit_leaf l WHERE l.tenant_id = $1 AND (l.leaf_index >= $2::bigint OR l.leaf_index < 0)
       AND NOT EXISTS (SELECT 1 FROM audit_event e WHERE e.tenant_id = $1 AND e.event_id = l.event_id) LIMIT 100`,
    [tenant, size.toString()],
  );
  return found.map((row) => `leaf ${row.leaf_index} is of no event`);
}
