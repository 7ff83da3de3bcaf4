import "server-only";
import { uuidv7 } from "uuidv7";
import { displayNameOf } from "#server/features/approvals/index.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { SaveSourceInput, SourceSaved } from "../schema.ts";

/** How long tokens before a new one are still taken: a sender's configuration changes over meanwhile. */
const KEEP_OLD_SECONDS = 3_600;

interface Row {
  [column: string]: unknown;
  source_id: string;
  kind: string;
  description: string;
  cluster: string | null;
  retired_at: Date | null;
}

/**
 * Registers a machine that may send events, changes it, gives it a new token (by its hash), or takes it
 * out of use, with its tokens. What it sent stays.
 */
export const saveEventSource = verb({
  name: "ingest.saveSource",
  scope: "runtime.events.manage",
  input: SaveSourceInput,
  output: SourceSaved,
  async run({ tx, tenant, actor, input }) {
    const { name, kind, description, cluster, tokenHash, isRetired, reason } = input;
    if (cluster !== null) await refuseCluster(tx, tenant);
    const [found] = await tx.query<Row>(
      `SELECT source_id, kind, description, cluster, retired_at FROM event_source
       WHERE tenant_id = $1 AND how = 'webhook' AND name = $2 FOR UPDATE`,
      [tenant, name],
    );
    if (found && found.kind !== kind) {
      throw new AppError("conflict", "A source of this name is of another kind.", {
        field: "kind",
        said: { key: "received.otherKind" },
        remedy: "Choose another name.",
      });
    }
    const sourceId = found?.source_id ?? uuidv7();
    const hash = tokenHash === null ? null : Buffer.from(tokenHash, "hex");
    const isSame =
      found?.description === description &&
      found.cluster === cluster &&
      (found.retired_at !== null) === isRetired;
    const isNewToken = hash !== null && (await isUnknownToken(tx, tenant, sourceId, hash));
    if (isSame && !isNewToken) return unchanged({ sourceId, outcome: "unchanged" as const });
    await tx.query(
      `INSERT INTO event_source AS s (tenant_id, source_id, how, kind, name, description, cluster, created_at, updated_at, retired_at)
       VALUES ($1, $2, 'webhook', $3, $4, $5, $6, clock_timestamp(), clock_timestamp(), CASE WHEN $7 THEN clock_timestamp() END)
       ON CONFLICT (tenant_id, how, name) DO UPDATE SET description = excluded.description, cluster = excluded.cluster,
         updated_at = excluded.updated_at,
         retired_at = CASE WHEN $7 THEN coalesce(s.retired_at, excluded.retired_at) END`,
      [tenant, sourceId, kind, name, description, cluster, isRetired],
    );
    const eventId = uuidv7();
    if (isRetired || isNewToken) {
      await tx.query(
        `UPDATE event_source_token SET ends_at = least(ends_at, clock_timestamp() + make_interval(secs => $3))
         WHERE tenant_id = $1 AND source_id = $2 AND (ends_at IS NULL OR ends_at > clock_timestamp())`,
        [tenant, sourceId, isRetired ? 0 : KEEP_OLD_SECONDS],
      );
    }
    if (isNewToken) {
      await tx.query(
        `INSERT INTO event_source_token (tenant_id, source_id, token_hash, added_by_name, event_id, added_at, ends_at)
         VALUES ($1, $2, $3, $4, $5, clock_timestamp(), CASE WHEN $6 THEN clock_timestamp() END)`,
        [tenant, sourceId, hash, displayNameOf(actor).slice(0, 200), eventId, isRetired],
      );
    }
    return audited(
      { sourceId, outcome: found ? ("changed" as const) : ("created" as const) },
      {
        eventId,
        type: isRetired ? "runtime.events.source-retired" : "runtime.events.source-saved",
        subject: `event-source/${sourceId}`,
        payload: {
          name,
          kind,
          reason,
          ...(cluster ? { cluster } : {}),
          ...(isNewToken && tokenHash ? { mark: tokenHash.slice(0, 8) } : {}),
          before: found
            ? {
                description: found.description,
                cluster: found.cluster,
                isRetired: found.retired_at !== null,
              }
            : null,
          after: { description, cluster, isRetired },
        },
      },
    );
  },
});

/** A source that brings events of several tenants is the Sovereign's. */
async function refuseCluster(tx: TenantTx, tenant: AuthorizedTenantId): Promise<void> {
  const [row] = await tx.query<{ kind: string }>("SELECT kind FROM tenant WHERE tenant_id = $1", [
    tenant,
  ]);
  if (row?.kind === "sovereign") return;
  throw new AppError("invalid", "cluster: is for sources of the Sovereign alone", {
    field: "cluster",
    said: { key: "received.sovereignCluster" },
    remedy: "Leave it empty: every event of this source is your organization's.",
  });
}

/** Throws for one that was replaced: it is not taken again. */
async function isUnknownToken(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  sourceId: string,
  hash: Buffer,
): Promise<boolean> {
  const [same] = await tx.query<{ ends_at: Date | null }>(
    "SELECT ends_at FROM event_source_token WHERE tenant_id = $1 AND source_id = $2 AND token_hash = $3",
    [tenant, sourceId, hash],
  );
  if (!same) return true;
  if (!same.ends_at) return false;
  throw new AppError("conflict", "This token was replaced before, and is not taken again.", {
    field: "tokenHash",
    said: { key: "received.tokenUsed" },
    remedy: "Make a new one.",
  });
}
