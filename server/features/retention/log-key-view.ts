import "server-only";
import { z } from "zod";
import { LogKeyListJson } from "#server/engines/merkle/key-list-file.ts";
import { logKeyList } from "#server/features/audit/index.ts";
import type { Scope } from "#server/platform/authz/scopes.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { env } from "#server/platform/env/env.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** The keys that sign the log, as they are published, and when the newest is due to be changed. */
export const LogKeysView = LogKeyListJson.extend({
  mayRotate: z.boolean(),
  /** When the key that signs now is as old as it may become. */
  dueAt: z.date(),
  /** From when people are told of that. */
  toldFrom: z.date(),
  asOf: z.date(),
});
export type LogKeysView = z.infer<typeof LogKeysView>;

const DAY_MILLIS = 86_400_000;

export async function logKeysView(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  scopes: ReadonlySet<Scope>,
): Promise<LogKeysView> {
  const { origin, keys } = await logKeyList(tx, tenant);
  const { LOG_KEY_DAYS: most, LOG_KEY_AHEAD_DAYS: ahead } = env();
  const current = keys.findLast((key) => key.state === "current");
  const dueAt = new Date(Date.parse(current?.from ?? "") + most * DAY_MILLIS);
  return {
    origin,
    keys: [...keys],
    mayRotate: scopes.has("runtime.keys.manage"),
    dueAt,
    toldFrom: new Date(dueAt.getTime() - ahead * DAY_MILLIS),
    asOf: await tx.startedAt(),
  };
}
