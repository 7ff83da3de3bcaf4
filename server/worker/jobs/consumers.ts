import "server-only";
import type { ExternalSecretsApi } from "#server/integrations/kubernetes/external-secrets-api.ts";
import type { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { askForFetches } from "../consumers/ask-for-fetches.ts";
import { lookAtConsumers } from "../consumers/look-at-consumers.ts";
import { type DueKey, eachDue } from "./each-due.ts";

const BATCH = 50;
const SCOPES = ["runtime.consumers.observe"] as const;

/**
 * Looks at the consumers of rotations whose new value is with them; those that have not fetched it are
 * asked to, where the cluster's API is configured. Gives how many it looked at.
 */
export function observeConsumers(
  vault: OpenBaoClient,
  api: ExternalSecretsApi | null = null,
): Promise<number> {
  return eachDue<DueKey>("app.due_consumer_looks($1)", [BATCH], async ({ tenant_id, id }) => {
    const caller = workerCaller({ tenantId: tenant_id, name: "consumers", scopes: SCOPES });
    await lookAtConsumers({ caller, vault }, id, { mustKnow: false });
    if (api) await askForFetches(api, caller, id);
  });
}
