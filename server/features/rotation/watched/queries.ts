import "server-only";
import type { z } from "zod";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { type RequestedBy, type Rotator, WatchedRotator } from "../schema.ts";
import type { RENEWAL_STATES, WatchOutput } from "./schema.ts";

interface WatchRow {
  [column: string]: unknown;
  rotator: Rotator;
  observed_at: Date | null;
  not_before: Date | null;
  not_after: Date | null;
  renews_at: Date | null;
  facts: Record<string, string | number | boolean | null> | null;
  error_code: string | null;
  error_text: string | null;
}

interface RenewalRow {
  [column: string]: unknown;
  renewal_id: string;
  state: (typeof RENEWAL_STATES)[number];
  requested_by: RequestedBy;
  requested_at: Date;
  finished_at: Date | null;
  error_text: string | null;
}

/** What was last seen of a credential that something else renews. Throws `not_found`. */
export async function credentialWatch(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  bindingId: string,
): Promise<z.input<typeof WatchOutput>> {
  const [row] = await tx.query<WatchRow>(
    `SELECT b.rotator, w.observed_at, w.not_before, w.not_after, w.renews_at, w.facts, w.error_code, w.error_text
     FROM secret_binding b
     LEFT JOIN credential_watch w ON w.tenant_id = b.tenant_id AND w.binding_id = b.binding_id
     WHERE b.tenant_id = $1 AND b.binding_id = $2`,
    [tenant, bindingId],
  );
  if (!row) throw notFound("secret binding");
  const rotator = WatchedRotator.safeParse(row.rotator);
  if (!rotator.success) return { watch: null };
  const renewals = await tx.query<RenewalRow>(
    `SELECT renewal_id, state, requested_by, requested_at, finished_at, error_text FROM certificate_renewal
     WHERE tenant_id = $1 AND binding_id = $2 ORDER BY requested_at DESC, renewal_id DESC LIMIT 20`,
    [tenant, bindingId],
  );
  return {
    watch: {
      asOf: await tx.startedAt(),
      kind: rotator.data.kind,
      observedAt: row.observed_at,
      notBefore: row.not_before,
      notAfter: row.not_after,
      renewsAt: row.renews_at,
      facts: row.facts ?? {},
      errorCode: row.error_code,
      errorText: row.error_text,
      renewals: renewals.map((each) => ({
        renewalId: each.renewal_id,
        state: each.state,
        requestedBy: each.requested_by,
        requestedAt: each.requested_at,
        finishedAt: each.finished_at,
        errorText: each.error_text,
      })),
    },
  };
}

/** The rotator of a watched binding, for the worker; null when it is none any more. */
export async function watchedRotator(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  bindingId: string,
): Promise<WatchedRotator | null> {
  const [row] = await tx.query<{ rotator: unknown }>(
    "SELECT rotator FROM secret_binding WHERE tenant_id = $1 AND binding_id = $2",
    [tenant, bindingId],
  );
  const parsed = WatchedRotator.safeParse(row?.rotator);
  return parsed.success ? parsed.data : null;
}
