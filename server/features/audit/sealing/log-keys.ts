import "server-only";
import { equalBytes, toHex } from "#server/engines/merkle/bytes.ts";
import {
  asKept,
  followKeys,
  type LogKeyList,
  type LogKeyState,
} from "#server/engines/merkle/follow-keys.ts";
import type { LogKey } from "#server/engines/merkle/log-key.ts";
import { MerkleError } from "#server/engines/merkle/merkle-error.ts";
import {
  formatVerifierKey,
  type NoteSigner,
  noteSigner,
  noteVerifier,
} from "#server/engines/merkle/note-key.ts";
import { signNote } from "#server/engines/merkle/signed-note.ts";
import { unwrapForTenant } from "#server/platform/audit/data-keys.ts";
import { derivedKey } from "#server/platform/audit/installation-key.ts";
import { unwrapBytes, wrapBytes } from "#server/platform/audit/wrapped-bytes.ts";
import { type TenantTx, withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { logOrigin, logSigner, logVerifier, logVerifierKey } from "./log-key.ts";

/** A row of `audit_log_key`. */
export interface LogKeyRow {
  [column: string]: unknown;
  number: number;
  public_key: Buffer;
  wrapped: Buffer | null;
  wrapped_by: "tenant" | "installation";
  state: LogKeyState;
  first_size: string;
  last_size: string | null;
  begins_at: Date;
  overlap_ends_at: Date | null;
  ended_at: Date | null;
  handover: string | null;
  handover_event_id: string | null;
  ending: string | null;
}

/** What the seed of a key is wrapped for: nothing else of this tenant, and no other key, unwraps as it. */
export function seedPlace(number: number, publicKey: Uint8Array): string {
  return `log-key|${number}|${toHex(publicKey)}`;
}

export function logKeyRows(tx: TenantTx, tenant: AuthorizedTenantId): Promise<LogKeyRow[]> {
  return tx.prepared<LogKeyRow>(
    `SELECT number, public_key, wrapped, wrapped_by, state, first_size, last_size, begins_at, overlap_ends_at, ended_at, handover,
       handover_event_id, ending
     FROM audit_log_key WHERE tenant_id = $1 ORDER BY number`,
    [tenant],
  );
}

/** The keys of a tenant's log as they are published. Of a log that never changed its key: the derived one. */
export async function logKeyList(tx: TenantTx, tenant: AuthorizedTenantId): Promise<LogKeyList> {
  const rows = await logKeyRows(tx, tenant);
  if (rows.length > 0) return listOf(tenant, rows);
  const from = await bornAt(tx, tenant);
  const only = {
    number: 1,
    vkey: logVerifierKey(tenant),
    state: "current" as const,
    firstSize: "0",
    lastSize: null,
    from: from.toISOString(),
    to: null,
    overlapUntil: null,
    handover: null,
    ending: null,
  };
  return { origin: logOrigin(tenant), keys: [only] };
}

/** The first key is as old as its tenant. */
export async function bornAt(tx: TenantTx, tenant: AuthorizedTenantId): Promise<Date> {
  const [row] = await tx.query<{ created_at: Date }>(
    "SELECT created_at FROM tenant WHERE tenant_id = $1",
    [tenant],
  );
  return row?.created_at ?? (await tx.startedAt());
}

function listOf(tenant: AuthorizedTenantId, rows: readonly LogKeyRow[]): LogKeyList {
  const origin = logOrigin(tenant);
  const keys = rows.map((row) => ({
    number: row.number,
    vkey: formatVerifierKey(noteVerifier(origin, new Uint8Array(row.public_key))),
    state: row.state,
    firstSize: row.first_size,
    lastSize: row.last_size,
    from: row.begins_at.toISOString(),
    to: row.ended_at?.toISOString() ?? null,
    overlapUntil: row.overlap_ends_at?.toISOString() ?? null,
    handover: row.handover,
    ending: row.ending,
  }));
  return { origin, keys };
}

/**
 * The keys that heads of this log are believed by, from the derived one on. The table is held against the
 * handovers: throws `MerkleError` when it was altered.
 */
export async function logKeys(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<readonly LogKey[]> {
  return keysOf(tenant, await logKeyRows(tx, tenant));
}

function keysOf(tenant: AuthorizedTenantId, rows: readonly LogKeyRow[]): readonly LogKey[] {
  const first = logVerifier(tenant);
  if (rows.length === 0) return [first];
  const { keys } = followKeys([first], listOf(tenant, rows), { mayFollowRevoked: true });
  return asKept(keys);
}

export interface LogSigners {
  readonly keys: readonly LogKey[];
  /** Who signs now: the current key, and in an overlap the one before it. */
  readonly signers: readonly NoteSigner[];
}

/**
 * Who signs this log now, and by whom its heads are believed. Throws `MerkleError` when the table of keys
 * was altered, or has no key that signs.
 */
export async function logSigners(tx: TenantTx, tenant: AuthorizedTenantId): Promise<LogSigners> {
  const rows = await logKeyRows(tx, tenant);
  const keys = keysOf(tenant, rows);
  if (rows.length === 0) return { keys, signers: [logSigner(tenant)] };
  const signers = rows
    .filter((row) => row.state === "current" || row.state === "retiring")
    .map((row) => signerOf(tenant, row))
    .reverse();
  if (!rows.some((row) => row.state === "current")) {
    throw new MerkleError("the table of the log's keys has none that signs");
  }
  return { keys, signers };
}

/** The key of a row, opened. Throws `MerkleError` when its seed is not that of its public key. */
export function signerOf(tenant: AuthorizedTenantId, row: LogKeyRow): NoteSigner {
  if (row.number === 1) return logSigner(tenant);
  const place = seedPlace(row.number, row.public_key);
  const unwrap = row.wrapped_by === "tenant" ? unwrapForTenant : unwrapForInstallation;
  const seed = row.wrapped && unwrap(tenant, row.wrapped, place);
  if (!seed) throw new MerkleError(`key ${row.number} of the log has no seed`);
  const signer = noteSigner(logOrigin(tenant), new Uint8Array(seed));
  if (!equalBytes(signer.publicKey, new Uint8Array(row.public_key))) {
    throw new MerkleError(`key ${row.number} of the log is stored with another public key`);
  }
  return signer;
}

/** A seed that outlives the keys of its tenant: wrapped by a key of the installation for that tenant. */
export function wrapForInstallation(tenant: string, seed: Uint8Array, place: string): Buffer {
  return wrapBytes(installationKey(tenant), seed, `${tenant}|${place}`);
}

function unwrapForInstallation(tenant: string, wrapped: Buffer, place: string): Buffer {
  return unwrapBytes(installationKey(tenant), wrapped, `${tenant}|${place}`);
}

function installationKey(tenant: string): Buffer {
  return derivedKey(tenant, "log-seed/v1").export();
}

/** Signs texts (ending in a newline) as notes of this log, with the keys that sign it now. */
export async function logNotary(tenant: AuthorizedTenantId): Promise<(text: string) => string> {
  const { signers } = await withTenant(tenant, "worker", (tx) => logSigners(tx, tenant), {
    readOnly: true,
  });
  return (text) => signNote(text, ...signers);
}

/** The verifier key of the newest key that signs. */
export function currentVerifierKey(list: LogKeyList): string {
  const current = list.keys.findLast((key) => key.state === "current");
  return (current ?? list.keys[0])?.vkey ?? "";
}
