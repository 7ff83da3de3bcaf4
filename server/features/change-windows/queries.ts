import "server-only";
import { isOpen, nextOpening } from "#server/engines/rotation/change-window.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { windowsInForce } from "./in-force.ts";
import { type ChangeWindowsView, WINDOW_ENVIRONMENTS } from "./schema.ts";

/** Each environment's windows, whether one is open, and what none of them can be in time for. */
export async function changeWindows(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
): Promise<ChangeWindowsView> {
  const asOf = await tx.startedAt();
  const inForce = await windowsInForce(tx, tenant);
  const unmet = await tx.query<{ environment: string; count: number }>(
    `SELECT environment, count(*)::int AS count FROM secret_binding
     WHERE tenant_id = $1 AND state <> 'retired' AND rule IS NOT NULL
       AND next_rotation_at >= last_rotated_at + make_interval(secs => (rule ->> 'maxTtlSeconds')::float8)
       AND next_rotation_at > clock_timestamp()
     GROUP BY environment`,
    [tenant],
  );
  return {
    asOf,
    environments: WINDOW_ENVIRONMENTS.map((environment) => {
      const windows = inForce.of(environment);
      return {
        environment,
        windows: windows.map(({ days, start, end, timeZone }) => ({
          days: [...days],
          start,
          end,
          timeZone,
        })),
        isOpen: isOpen(windows, asOf),
        opensAt: nextOpening(windows, asOf)?.opensAt ?? null,
        unmet: windows.length
          ? (unmet.find((each) => each.environment === environment)?.count ?? 0)
          : 0,
      };
    }),
  };
}
