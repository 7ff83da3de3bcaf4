import "server-only";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import {
  ERASED,
  type ErasedContent,
  jsonWithout,
  nameWithout,
  paramsWithout,
  sealedWithout,
  textWithout,
} from "#server/engines/erasure/erased-content.ts";
import { openPayload, sealPayload } from "#server/platform/audit/payload-cipher.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { CHANGED_COPIES, COPY_COLUMNS, type CopyColumns, columnsOf } from "./copy-columns.ts";

/** `table.column` → how many rows. */
export type CopyCounts = { [place: string]: number };

export interface CopiesFound {
  /** Copies that were taken out. */
  redacted: CopyCounts;
  /** What says it still: in force, signed or proved as it stands. */
  remaining: CopyCounts;
}

type Row = { [column: string]: unknown };

const ROWS_AT_ONCE = 1_000;
/** A row that changed meanwhile is looked at again. */
const MOST_ROUNDS = 5;

/**
 * Takes what was erased out of every row of the organization that said it too (COPY_COLUMNS), in this transaction.
 * Gives where it stood, and where it still stands.
 */
export async function redactCopies(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  content: ErasedContent,
): Promise<CopiesFound> {
  const found: CopiesFound = { redacted: {}, remaining: {} };
  if (content.texts.size + content.people.length === 0) return found;
  for (const [table, columns] of Object.entries(COPY_COLUMNS)) {
    await redactTable(tx, tenant, { table, columns, content, found });
  }
  return found;
}

interface TableWork {
  table: string;
  columns: CopyColumns;
  content: ErasedContent;
  found: CopiesFound;
}

async function redactTable(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { table, columns, content, found }: TableWork,
): Promise<void> {
  const read = [...CHANGED_COPIES, "declared" as const].flatMap((kind) => columnsOf(columns, kind));
  const looked = [...new Set(read.map(([column = ""]) => column))];
  if (looked.length === 0) return;
  const names = [...new Set(read.flat())];
  for (let round = 0; round < MOST_ROUNDS; round++) {
    let missed = 0;
    await eachRow(tx, tenant, { table, names, looked }, async (row) => {
      const changes = changesOf(tenant, row, columns, content);
      if (round === 0) countDeclared(row, { table, columns, content, found });
      const changed = Object.keys(changes);
      if (changed.length === 0) return;
      const sets = changed.map((column, at) => `${column} = $${at + 3}`).join(", ");
      const done = await tx.query(
        `UPDATE ${table} SET ${sets} WHERE tenant_id = $1 AND ctid = $2::tid RETURNING 1`,
        [tenant, row.place, ...Object.values(changes)],
      );
      if (done.length === 0) missed += 1;
      else for (const each of placesOf(changed, columns)) count(found.redacted, `${table}.${each}`);
    });
    if (missed === 0) return;
  }
  throw new Error(`rows of ${table} change faster than they are redacted`);
}

async function eachRow(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { table, names, looked }: { table: string; names: string[]; looked: string[] },
  work: (row: Row) => Promise<void>,
): Promise<void> {
  await tx.query(
    `DECLARE copies NO SCROLL CURSOR FOR SELECT ctid::text AS place, ${names.join(", ")} FROM ${table}
     WHERE tenant_id = $1 AND num_nonnulls(${looked.join(", ")}) > 0`,
    [tenant],
  );
  for (;;) {
    const rows = await tx.query<Row>(`FETCH ${ROWS_AT_ONCE} FROM copies`);
    for (const row of rows) await work(row);
    if (rows.length < ROWS_AT_ONCE) break;
  }
  await tx.query("CLOSE copies");
}

/** The new values of the columns of a row that said it. */
function changesOf(
  tenant: AuthorizedTenantId,
  row: Row,
  columns: CopyColumns,
  content: ErasedContent,
): Row {
  const changes: Row = {};
  for (const [column = ""] of columnsOf(columns, "text")) {
    replaceText(row, column, changes, (text) => textWithout(text, content));
  }
  for (const [column = "", id = ""] of columnsOf(columns, "named")) {
    const apart = `${ERASED} ${String(row[id]).slice(-8)}`;
    replaceText(row, column, changes, (text) =>
      textWithout(text, content) === text ? text : apart,
    );
  }
  for (const [column = ""] of columnsOf(columns, "params")) {
    replaceText(row, column, changes, (text) => paramsWithout(text, content));
  }
  for (const [column = "", issuer, subject] of columnsOf(columns, "people")) {
    const identity =
      issuer && subject && row[issuer]
        ? { issuer: String(row[issuer]), subject: String(row[subject]) }
        : null;
    replaceText(row, column, changes, (name) => nameWithout(name, identity, content));
  }
  for (const [column = ""] of columnsOf(columns, "json")) {
    const value = jsonOf(row[column]);
    if (value === undefined) {
      replaceText(row, column, changes, (text) => textWithout(text, content));
      continue;
    }
    const before = JSON.stringify(value);
    const after = JSON.stringify(jsonWithout(value, content));
    if (after !== before) changes[column] = after;
  }
  for (const [column = "", keyColumn = "", idColumn = ""] of columnsOf(columns, "resealed")) {
    Object.assign(changes, resealed(tenant, row, { column, keyColumn, idColumn }, content));
  }
  return changes;
}

function replaceText(
  row: Row,
  column: string,
  changes: Row,
  without: (text: string) => string,
): void {
  const text = row[column];
  if (typeof text !== "string") return;
  const left = without(text);
  if (left !== text) changes[column] = left;
}

/** JSON as a column has it, or its text; undefined for other text. */
function jsonOf(stored: unknown): JsonValue | undefined {
  if (typeof stored !== "string") return (stored ?? undefined) as JsonValue | undefined;
  try {
    return JSON.parse(stored) as JsonValue;
  } catch {
    return undefined;
  }
}

function resealed(
  tenant: AuthorizedTenantId,
  row: Row,
  { column, keyColumn, idColumn }: { column: string; keyColumn: string; idColumn: string },
  content: ErasedContent,
): Row {
  const ciphertext = row[column];
  if (!(ciphertext instanceof Buffer)) return {};
  const id = String(row[idColumn]);
  let value: JsonValue;
  try {
    value = openPayload(tenant, id, { keyId: String(row[keyColumn]), ciphertext });
  } catch {
    // Altered, or its key is destroyed: nobody reads it.
    return {};
  }
  const left = sealedWithout(value, content);
  if (JSON.stringify(left) === JSON.stringify(value)) return {};
  const sealed = sealPayload(tenant, id, left);
  return { [column]: sealed.ciphertext, [keyColumn]: sealed.keyId };
}

function countDeclared(row: Row, { table, columns, content, found }: TableWork): void {
  for (const [column = ""] of columnsOf(columns, "declared")) {
    const stored = row[column];
    if (stored === null || stored === undefined) continue;
    const value = jsonOf(stored);
    const text = typeof stored === "string" ? stored : JSON.stringify(stored);
    const left =
      value === undefined
        ? textWithout(text, content)
        : JSON.stringify(jsonWithout(value, content));
    if (left !== (value === undefined ? text : JSON.stringify(value))) {
      count(found.remaining, `${table}.${column}`);
    }
  }
}

/** Where it was, without the columns that only say which key seals it now. */
function placesOf(changed: readonly string[], columns: CopyColumns): string[] {
  const keys = new Set(columnsOf(columns, "resealed").map(([, key]) => key));
  return changed.filter((each) => !keys.has(each));
}

function count(counts: CopyCounts, place: string): void {
  counts[place] = (counts[place] ?? 0) + 1;
}
