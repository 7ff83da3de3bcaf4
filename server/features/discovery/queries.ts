import "server-only";
import type { z } from "zod";
import { countBindings } from "#server/features/rotation/index.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { DiscoverySource, DiscoveryState, SightingsOutput } from "./schema.ts";

/** What was looked at, when, and since when it can't be. */
export async function discoveryState(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<z.input<typeof DiscoveryState>> {
  const sources = await tx.query<z.input<typeof DiscoveryState>["sources"][number]>(
    `SELECT source, place, tried_at AS "triedAt", read_at AS "readAt", failing_since AS "failingSince",
       failure_code AS "failureCode", failure_text AS "failureText", found, taken_at AS "takenAt"
     FROM discovery_source WHERE tenant_id = $1
     ORDER BY (failing_since IS NULL), source, place LIMIT 200`,
    [tenant],
  );
  const [run] = await tx.query<{ finished_at: Date | null }>(
    "SELECT finished_at FROM discovery_run WHERE tenant_id = $1",
    [tenant],
  );
  // Counted as the dashboard counts, whose rows these numbers lead to: what is overdue is that first.
  const unmanaged = await countBindings(tx, tenant, { statuses: ["unmanaged"] });
  const missing = await countBindings(tx, tenant, { statuses: ["missing"] });
  return {
    asOf: await tx.startedAt(),
    lastRunAt: run?.finished_at ?? null,
    sources,
    unmanaged: unmanaged.count,
    missing: missing.count,
  };
}

/** Where one secret was found. Throws `not_found`. */
export async function sightingsOf(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  bindingId: string,
): Promise<Omit<z.input<typeof SightingsOutput>, "mayBind">> {
  const [binding] = await tx.query<
    Omit<z.input<typeof SightingsOutput>, "asOf" | "sightings" | "mayBind">
  >(
    `SELECT origin, last_seen_at AS "lastSeenAt", missing_since AS "missingSince",
       retired_at AS "retiredAt", retired_reason AS "retiredReason"
     FROM secret_binding WHERE tenant_id = $1 AND binding_id = $2`,
    [tenant, bindingId],
  );
  if (!binding) throw notFound("secret binding");
  const sightings = await tx.query<{
    source: DiscoverySource;
    place: string;
    detail: string;
    firstSeenAt: Date;
    lastSeenAt: Date;
    goneAt: Date | null;
  }>(
    `SELECT source, place, detail, first_seen_at AS "firstSeenAt", last_seen_at AS "lastSeenAt", gone_at AS "goneAt"
     FROM secret_sighting WHERE tenant_id = $1 AND binding_id = $2
     ORDER BY (gone_at IS NOT NULL), source, place LIMIT 200`,
    [tenant, bindingId],
  );
  return { asOf: await tx.startedAt(), ...binding, sightings };
}
