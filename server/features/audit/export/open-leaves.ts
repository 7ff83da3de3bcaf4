import "server-only";
import { createHash } from "node:crypto";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { openEvent } from "#server/platform/audit/event-cipher.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { PayloadState } from "../schema.ts";

/** A sealed event with its payload opened, and the salt that holds it to the log. */
export interface OpenLeaf {
  index: bigint;
  /** Byte for byte the log entry. */
  envelope: string;
  /** Null unless `intact`. */
  payload: JsonValue;
  salt: Buffer | null;
  state: PayloadState;
}

interface LeafRow {
  leaf_index: string;
  event_id: string;
  envelope: string;
  commitment: Buffer;
  key_id: string | null;
  salt: Buffer | null;
  ciphertext: Buffer | null;
}

const COLUMNS =
  "l.leaf_index, e.event_id, e.envelope, e.commitment, p.key_id, p.salt, p.ciphertext";
const JOINS = `JOIN audit_event e ON e.tenant_id = $1 AND e.event_id = l.event_id
  LEFT JOIN audit_payload p ON p.tenant_id = $1 AND p.event_id = l.event_id`;

/** The leaves `[from, to)`, rising. */
export async function leavesBetween(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  from: number,
  to: number,
): Promise<OpenLeaf[]> {
  const rows = await tx.query<LeafRow>(
    `SELECT ${COLUMNS} FROM audit_leaf l ${JOINS}
     WHERE l.tenant_id = $1 AND l.leaf_index >= $2::bigint AND l.leaf_index < $3::bigint ORDER BY l.leaf_index`,
    [tenant, from, to],
  );
  return rows.map((row) => opened(tenant, row));
}

/** The leaves at these places, rising; one that is not there is left out. */
export async function leavesAt(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  leaves: readonly number[],
): Promise<OpenLeaf[]> {
  if (leaves.length === 0) return [];
  const rows = await tx.query<LeafRow>(
    `SELECT ${COLUMNS} FROM audit_leaf l ${JOINS}
     WHERE l.tenant_id = $1 AND l.leaf_index = ANY ($2::bigint[]) ORDER BY l.leaf_index`,
    [tenant, leaves],
  );
  return rows.map((row) => opened(tenant, row));
}

function opened(tenant: AuthorizedTenantId, row: LeafRow): OpenLeaf {
  const { leaf_index, event_id, envelope, key_id, salt: clear, ciphertext } = row;
  const leaf = { index: BigInt(leaf_index), envelope, payload: null, salt: null };
  if (key_id === null || ciphertext === null) return { ...leaf, state: "erased" };
  try {
    const stored = { event_id, envelope, key_id, salt: clear, ciphertext };
    const { payload, salt } = openEvent(tenant, stored);
    const digest = createHash("sha256").update(salt).update(canonicalJson(payload)).digest();
    if (!digest.equals(row.commitment)) return { ...leaf, state: "altered" };
    return { ...leaf, payload, salt, state: "intact" };
  } catch {
    return { ...leaf, state: "unreadable" };
  }
}
