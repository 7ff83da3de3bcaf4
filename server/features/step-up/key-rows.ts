import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { SecurityKeyView } from "./schema.ts";

/** Whose keys: the same subject of another issuer is somebody else (law 9). */
export interface Person {
  readonly issuer: string;
  readonly subject: string;
}

export interface KeyRow extends SecurityKeyView {
  readonly credentialId: Buffer;
  readonly publicKey: Buffer;
  /** bigint as text. */
  readonly signCount: string;
  readonly transports: string[];
}

const COLUMNS = `key_id AS "keyId", name, is_synced AS "isSynced", created_at AS "createdAt",
  last_used_at AS "lastUsedAt", suspected_at AS "suspectedAt", credential_id AS "credentialId",
  public_key AS "publicKey", sign_count AS "signCount", transports`;
const OWN = "tenant_id = $1 AND issuer = $2 AND subject = $3 AND removed_at IS NULL";

/** A person's own keys, oldest first. */
export function keysOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { issuer, subject }: Person,
): Promise<KeyRow[]> {
  return tx.query<KeyRow>(`SELECT ${COLUMNS} FROM security_key WHERE ${OWN} ORDER BY key_id`, [
    tenant,
    issuer,
    subject,
  ]);
}

/** The person's own key with this credential id, locked: its counter moves one answer at a time. */
export async function lockKeyOfCredential(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { issuer, subject }: Person,
  credentialId: Buffer,
): Promise<KeyRow | undefined> {
  const [row] = await tx.query<KeyRow>(
    `SELECT ${COLUMNS} FROM security_key WHERE ${OWN} AND credential_id = $4 FOR UPDATE`,
    [tenant, issuer, subject, credentialId],
  );
  return row;
}

/** The person's own key; somebody else's answers as one that does not exist. */
export async function ownKey(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { issuer, subject }: Person,
  keyId: string,
): Promise<KeyRow> {
  const [row] = await tx.query<KeyRow>(
    `SELECT ${COLUMNS} FROM security_key WHERE ${OWN} AND key_id = $4 FOR UPDATE`,
    [tenant, issuer, subject, keyId],
  );
  if (!row) throw notFound("security key");
  return row;
}

export function viewOf(row: KeyRow): SecurityKeyView {
  const { keyId, name, isSynced, createdAt, lastUsedAt, suspectedAt } = row;
  return { keyId, name, isSynced, createdAt, lastUsedAt, suspectedAt };
}

export function descriptorOf({ credentialId, transports }: KeyRow) {
  return { id: credentialId.toString("base64url"), type: "public-key" as const, transports };
}
