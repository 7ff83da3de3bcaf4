import "server-only";
import { uuidv7 } from "uuidv7";
import type { Caller } from "./actor.ts";
import type { Scope } from "./authz/scopes.ts";
import { traceparentOf } from "./telemetry/trace.ts";
import { mintAuthorizedTenant } from "./tenancy/authorized-tenant.ts";

export interface DueWork {
  /** The tenant of the row that is due, as an `app.due_*` function named it. */
  tenantId: string;
  /** The workload's name: `webhooks`, `approvals`, … */
  name: string;
  scopes: readonly Scope[];
  /** The event that caused the work, where the row knows it (law 13). */
  causedBy?: string | null;
  traceparent?: string;
}

/** The worker's entry into one due row's tenant: a workload principal with fixed scopes (law 13). */
export function workerCaller(work: DueWork): Caller {
  return {
    actor: { kind: "worker", name: work.name, causedBy: work.causedBy ?? null },
    tenant: mintAuthorizedTenant(work.tenantId),
    scopes: new Set(work.scopes),
    traceparent: traceparentOf(work.traceparent ?? null),
    requestId: uuidv7(),
  };
}
