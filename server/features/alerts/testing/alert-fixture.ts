import type { z } from "zod";
import type { Caller } from "#server/platform/actor.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb } from "#server/platform/verb.ts";
import { userOf, workerOf } from "#test/fixtures/callers.ts";
import { alerts } from "../queries.ts";
import type { RaiseAlertInput } from "../schema.ts";
import { addWebhookEndpoint } from "../verbs/add-webhook-endpoint.ts";
import { raiseAlert } from "../verbs/raise-alert.ts";

export const ALERT = {
  kind: "rotation-failed",
  severity: "critical",
  subjectRef: "secret-binding/one",
  detail: "The old credential still works",
} as const;

export function officerOf(tenant: AuthorizedTenantId): Caller {
  return userOf(tenant, "officer");
}

/** May see alerts, not manage them. */
export function auditorOf(tenant: AuthorizedTenantId): Caller {
  return userOf(tenant, "auditor", { roles: ["compliance"] });
}

/** The worker of alerts, with all of its scopes. */
export function alertWorkerOf(tenant: AuthorizedTenantId): Caller {
  return workerOf(tenant, ["runtime.alerts.raise", "runtime.alerts.deliver"]);
}

export function raise(caller: Caller, fields: Partial<z.input<typeof RaiseAlertInput>> = {}) {
  return runVerb(raiseAlert, caller, { ...ALERT, ...fields });
}

export function addEndpoint(caller: Caller, url = "https://hooks.example.om/a") {
  return runVerb(addWebhookEndpoint, caller, { url });
}

/** A page of two open alerts. */
export function openAlerts(tenant: AuthorizedTenantId, cursor?: string) {
  return withTenant(tenant, "tenant", (tx) =>
    alerts(tx, tenant, { show: "open", limit: 2, ...(cursor ? { cursor } : {}) }),
  );
}
