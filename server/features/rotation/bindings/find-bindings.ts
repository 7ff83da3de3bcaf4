import "server-only";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import type { Rotator } from "../schema.ts";

/** What a reference says now, as far as binding again can change it. */
export interface FoundBinding {
  [column: string]: unknown;
  binding_id: string;
  store: string;
  path: string;
  state: "active" | "rotating" | "failed" | "missing" | "retired";
  origin: "bound" | "discovered";
  vouched_by: "console" | "target";
  environment: string;
  rotator: Rotator;
  rest: unknown;
  last_rotated_at: Date | null;
}

export type PlaceName = { store: string; path: string };

/** The references of these places, by `placeKey`; locked in the order of their ids when they will be written. */
export async function findBindings(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  places: readonly PlaceName[],
  lock: "" | "FOR UPDATE" = "",
): Promise<Map<string, FoundBinding>> {
  const rows = await tx.query<FoundBinding>(
    `SELECT b.binding_id, b.store, b.path, b.state, b.origin, b.vouched_by, b.environment, b.rotator,
       b.last_rotated_at, jsonb_build_object('name', b.name, 'class', b.class, 'environment', b.environment,
         'owner', b.owner, 'graceSeconds', b.grace_seconds, 'region', b.region) AS rest
     FROM unnest($2::text[], $3::text[]) AS place (store, path)
     JOIN secret_binding b ON b.tenant_id = $1 AND b.store = place.store AND b.path = place.path
     ORDER BY b.binding_id ${lock ? "FOR UPDATE OF b" : ""}`,
    [tenant, places.map((place) => place.store), places.map((place) => place.path)],
  );
  return new Map(rows.map((row) => [placeKey(row), row]));
}

export const placeKey = ({ store, path }: PlaceName) => `${store}\n${path}`;
