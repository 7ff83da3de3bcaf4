import "server-only";
import { equalBytes } from "#server/engines/merkle/bytes.ts";
import { type Checkpoint, openCheckpoint } from "#server/engines/merkle/checkpoint.ts";
import { openCosignatures } from "#server/engines/merkle/cosignature.ts";
import { rootFaults, type StoredLogFiles } from "#server/engines/merkle/find-log-faults.ts";
import type { NoteVerifier } from "#server/engines/merkle/note-key.ts";
import { parseNote } from "#server/engines/merkle/signed-note.ts";
import { checkSigners } from "../sealing/trusted-head.ts";
import type { RowReader } from "./stored-log-files.ts";

/** What heads are believed by. */
export interface LogTrust {
  origin: string;
  key: Parameters<typeof openCheckpoint>[2];
  /** Those whose cosignatures are verified; of others only what a line says of itself is compared. */
  witnesses: readonly NoteVerifier[];
}

export interface HeadRow {
  tree_size: string;
  root_hash: Buffer;
  note: string;
}

interface CosignatureRow {
  tree_size: string;
  witness: string;
  cosigned_at: Date;
  line: string;
}

const BATCH = 200;
const TIMESTAMP_BYTES = 8;

/** The head that a row has, if the log signed just that; else what is wrong with it. */
export function openedHead(row: HeadRow, { origin, key }: LogTrust): Checkpoint | string {
  const place = `the head of ${row.tree_size} entries`;
  try {
    const opened = openCheckpoint(row.note, origin, key);
    checkSigners(row.note, key);
    const isSame = opened.size === BigInt(row.tree_size) && equalBytes(opened.root, row.root_hash);
    return isSame ? opened : `${place} is stored otherwise than it was signed`;
  } catch (error) {
    return `${place} is not signed by the log: ${(error as Error).message}`;
  }
}

/** The newest head that is truly signed; at least `known`. */
export async function newestHead(
  rows: RowReader,
  tenant: string,
  trust: LogTrust,
  known: Checkpoint & { note: string },
): Promise<Checkpoint & { note: string }> {
  for (let below: string | null = null; ; ) {
    const heads: HeadRow[] = await rows.query<HeadRow>(
      `SELECT tree_size, root_hash, note FROM audit_checkpoint
       WHERE tenant_id = $1 AND ($2::bigint IS NULL OR tree_size < $2::bigint) ORDER BY tree_size DESC LIMIT 20`,
      [tenant, below],
    );
    for (const row of heads) {
      if (BigInt(row.tree_size) <= known.size) return known;
      const head = openedHead(row, trust);
      if (typeof head !== "string") return { ...head, note: row.note };
    }
    const last = heads.at(-1);
    if (!last) return known;
    below = last.tree_size;
  }
}

/** Heads after a size, and the cosignatures of them, against signatures and the tree. `next` is null after the last. */
export async function headFaults(
  rows: RowReader,
  tenant: string,
  trust: LogTrust,
  { after, until, files }: { after: string | null; until: bigint; files: StoredLogFiles },
): Promise<{ faults: string[]; next: string | null; looked: number }> {
  const heads = await rows.query<HeadRow>(
    `SELECT tree_size, root_hash, note FROM audit_checkpoint
     WHERE tenant_id = $1 AND ($2::bigint IS NULL OR tree_size > $2::bigint) ORDER BY tree_size LIMIT $3`,
    [tenant, after, BATCH],
  );
  const next = heads.length < BATCH ? null : (heads.at(-1)?.tree_size ?? null);
  const faults: string[] = [];
  for (const row of heads) {
    const head = openedHead(row, trust);
    if (typeof head === "string") faults.push(head);
    // What was signed since the audit began is for the next one.
    else if (head.size <= until && (await rootFaults(files, head)).length > 0) {
      faults.push(`the log does not lead to what was signed at ${head.size} entries`);
    }
  }
  const cosignatures = await rows.query<CosignatureRow>(
    `SELECT tree_size, witness, cosigned_at, line FROM audit_cosignature
     WHERE tenant_id = $1 AND ($2::bigint IS NULL OR tree_size > $2::bigint)
       AND ($3::bigint IS NULL OR tree_size <= $3::bigint) ORDER BY tree_size, witness`,
    [tenant, after, next],
  );
  const notes = new Map(heads.map((row) => [row.tree_size, row.note]));
  for (const row of cosignatures) {
    const fault = cosignatureFault(row, notes.get(row.tree_size), trust);
    if (fault) {
      faults.push(
        `the cosignature of ${row.witness} on the head of ${row.tree_size} entries ${fault}`,
      );
    }
  }
  return { faults, next, looked: heads.length };
}

/** What the checkpoint that was kept elsewhere has under it, and the rows have not. */
export async function lostCosignatures(
  rows: RowReader,
  tenant: string,
  { origin }: LogTrust,
  kept: { note: string; size: bigint },
): Promise<string[]> {
  const witnesses = parseNote(kept.note).signatures.filter(({ name }) => name !== origin);
  if (witnesses.length === 0) return [];
  const stored = await rows.query<{ witness: string }>(
    "SELECT witness FROM audit_cosignature WHERE tenant_id = $1 AND tree_size = $2",
    [tenant, kept.size.toString()],
  );
  return witnesses
    .filter(({ name }) => !stored.some(({ witness }) => witness === name))
    .map(({ name }) => `the cosignature of ${name} on the head of ${kept.size} entries is missing`);
}

function cosignatureFault(
  row: CosignatureRow,
  note: string | undefined,
  { witnesses }: LogTrust,
): string | undefined {
  if (note === undefined) return "is of no head";
  const cosigned = `${note}${row.line}\n`;
  try {
    const { name, signature } = parseNote(cosigned).signatures.at(-1) ?? {};
    if (name !== row.witness || !signature || signature.length <= TIMESTAMP_BYTES) {
      return "is stored otherwise than its line says";
    }
    const seconds = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
    if (BigInt(row.cosigned_at.getTime()) !== seconds * 1_000n) {
      return "is stored with another time than its line says";
    }
    const known = witnesses.filter((witness) => witness.name === name);
    if (known.length > 0 && openCosignatures(cosigned, known).length === 0) {
      return "is by another key than the witness's";
    }
    return undefined;
  } catch (error) {
    return `is not valid: ${(error as Error).message}`;
  }
}
