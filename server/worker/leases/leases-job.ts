import "server-only";
import { type DueKey, eachDue } from "../jobs/each-due.ts";
import { type LeaseDependencies, tendLease } from "./tend-lease.ts";

const BATCH = 100;

/** Tends every due lease once. Any number of workers may: a claim is one worker's only. */
export function tendDueLeases(dependencies: LeaseDependencies): Promise<number> {
  return eachDue<DueKey>("app.due_leases($1)", [BATCH], ({ tenant_id: tenantId, id: leaseId }) =>
    tendLease(dependencies, { tenantId, leaseId }),
  );
}
