import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { LogHead } from "../schema.ts";
import { latestCheckpoint } from "./log-tree.ts";

/** The newest head, and the size that this witness is known to have cosigned last. */
export async function headToWitness(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  witness: string,
): Promise<{ note: string; treeSize: bigint; knownSize: bigint } | undefined> {
  const head = await latestCheckpoint(tx, tenant);
  if (!head || head.treeSize === 0n) return undefined;
  const [known] = await tx.query<{ known_size: string }>(
    "SELECT known_size FROM audit_witness WHERE tenant_id = $1 AND witness = $2",
    [tenant, witness],
  );
  const { note, treeSize } = head;
  return { note, treeSize, knownSize: BigInt(known?.known_size ?? 0) };
}

/** The signature lines of witnesses under one head, each with its newline. */
export async function cosignatureLines(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  treeSize: bigint,
): Promise<string> {
  const rows = await tx.query<{ line: string }>(
    "SELECT line FROM audit_cosignature WHERE tenant_id = $1 AND tree_size = $2 ORDER BY witness",
    [tenant, treeSize.toString()],
  );
  return rows.map(({ line }) => `${line}\n`).join("");
}

/** Each witness with what it cosigned last, and since when it does not. */
export function witnessesOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<LogHead["witnesses"]> {
  return tx.query<LogHead["witnesses"][number]>(
    `SELECT w.witness AS name, c.tree_size::text AS "treeSize", c.cosigned_at AS "cosignedAt", w.trouble,
       w.trouble_since AS "troubleSince"
     FROM audit_witness w LEFT JOIN LATERAL (
       SELECT tree_size, cosigned_at FROM audit_cosignature c
       WHERE c.tenant_id = $1 AND c.witness = w.witness ORDER BY c.tree_size DESC LIMIT 1) c ON true
     WHERE w.tenant_id = $1 ORDER BY w.witness`,
    [tenant],
  );
}
