import "server-only";
import { recordCredentialWatch } from "#server/features/rotation/verbs/record-credential-watch.ts";
import { watchedRotator } from "#server/features/rotation/watched/queries.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { eachDue } from "../jobs/each-due.ts";
import { observe } from "./observe.ts";
import type { WatchSources } from "./watch-sources.ts";

const MOST = 10_000;

/** Looks at every credential that something else renews. Gives how many it looked at. */
export function watchCredentials(sources: WatchSources): Promise<number> {
  return eachDue<{ tenant_id: string; id: string }>(
    "app.watched_bindings($1)",
    [MOST],
    async ({ tenant_id: tenantId, id: bindingId }) => {
      const scopes = ["runtime.rotations.execute"] as const;
      const caller = workerCaller({ tenantId, name: "watch", scopes });
      const rotator = await withTenant(caller.tenant, "worker", (tx) =>
        watchedRotator(tx, caller.tenant, bindingId),
      );
      if (!rotator) return;
      const seen = await observe(sources, rotator);
      await runVerb(recordCredentialWatch, caller, { bindingId, seen });
    },
  );
}
