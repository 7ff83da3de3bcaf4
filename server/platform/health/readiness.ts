import "server-only";
import { identityPool } from "../db/identity-pool.ts";
import { canReachDatabase } from "../db/tenant-transaction.ts";

const shared = globalThis as typeof globalThis & { consoleIsDraining?: boolean };

/** From now on this process asks to be taken out of the balancer. */
export function beginDraining(): void {
  shared.consoleIsDraining = true;
}

export type Readiness = { ready: true } | { ready: false; because: "draining" | "database" };

/** Whether this process should get traffic: it is not draining and reaches its database. */
export async function readiness(): Promise<Readiness> {
  if (shared.consoleIsDraining) return { ready: false, because: "draining" };
  try {
    await Promise.all([canReachDatabase(), identityPool().query("SELECT 1")]);
    return { ready: true };
  } catch {
    return { ready: false, because: "database" };
  }
}
