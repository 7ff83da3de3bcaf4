import "server-only";
import type { LogKey } from "#server/engines/merkle/log-key.ts";
import type { NoteVerifier } from "#server/engines/merkle/note-key.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { logOrigin } from "../sealing/log-key.ts";
import { auditStoredLog, type StoredLogVerdict } from "./audit-stored-log.ts";
import type { RowReader } from "./stored-log-files.ts";

/** `auditStoredLog` over one state of the rows, for logs that one transaction can read. */
export function verifyStoredLog(
  rows: RowReader,
  tenant: AuthorizedTenantId,
  kept: { note: string; key: LogKey | readonly LogKey[]; witnesses?: readonly NoteVerifier[] },
): Promise<StoredLogVerdict> {
  const { note, key, witnesses = [] } = kept;
  return auditStoredLog({
    inPart: (work) => work(rows),
    tenant,
    kept: { note, origin: logOrigin(tenant), key, witnesses },
  });
}
