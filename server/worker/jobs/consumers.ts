import "server-only";
import type { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { lookAtConsumers } from "../consumers/look-at-consumers.ts";
import { type DueKey, eachDue } from "./each-due.ts";

const BATCH = 50;
const SCOPES = ["runtime.consumers.observe"] as const;

/** Looks at the consumers of rotations whose new value is with them. Gives how many it looked at. */
export function observeConsumers(vault: OpenBaoClient): Promise<number> {
  return eachDue<DueKey>("app.due_consumer_looks($1)", [BATCH], async ({ tenant_id, id }) => {
    const caller = workerCaller({ tenantId: tenant_id, name: "consumers", scopes: SCOPES });
    await lookAtConsumers({ caller, vault }, id, { mustKnow: false });
  });
}
