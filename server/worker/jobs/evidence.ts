import "server-only";
import { expirePack } from "#server/features/evidence/verbs/expire-pack.ts";
import { recordExport } from "#server/features/evidence/verbs/record-export.ts";
import { ContentStoreError } from "#server/integrations/content-store/content-store.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { copyTiles } from "../evidence/copy-tiles.ts";
import { makePack, type PackMaking } from "../evidence/make-pack.ts";
import { type DueKey, eachDue } from "./each-due.ts";

const BATCH = 8;
const TENANTS_AT_ONCE = 20;
/** An export says at least once a minute that it still streams. */
const FORSAKEN_SECONDS = 300;
const SCOPES = ["runtime.evidence.make", "runtime.audit.export"] as const;

interface DueEvidence extends DueKey {
  act: "make" | "expire" | "forsaken";
}

/** Makes packs, ends those whose time is over, and says of exports that nobody follows that they broke off. */
export function tendEvidence(making: PackMaking): Promise<number> {
  return eachDue<DueEvidence>(
    "app.due_evidence($1, $2)",
    [BATCH, FORSAKEN_SECONDS],
    async ({ tenant_id: tenantId, id, act }) => {
      const caller = workerCaller({ tenantId, name: "evidence", scopes: SCOPES });
      if (act === "make") return makePack(making, caller, id);
      if (act === "forsaken") {
        const over = { state: "aborted" as const, cause: "forsaken" as const };
        await runVerb(recordExport, caller, { exportId: id, entries: 0, events: 0, ...over });
        return;
      }
      const { storedDigest } = await runVerb(expirePack, caller, { packId: id, step: "end" });
      if (!storedDigest) return;
      const step = await making.store.remove(storedDigest).then(
        () => "removed" as const,
        (error: unknown) => {
          if (error instanceof ContentStoreError && error.failure === "locked")
            return "locked" as const;
          throw error;
        },
      );
      await runVerb(expirePack, caller, { packId: id, step });
    },
  );
}

/** Copies full tiles to the content store, some of each tenant at a time. */
export function copyDueTiles({ store }: Pick<PackMaking, "store">): Promise<number> {
  return eachDue<{ tenant_id: string }>(
    "app.tenants_with_tiles_to_copy($1)",
    [TENANTS_AT_ONCE],
    async ({ tenant_id: tenantId }) => {
      const caller = workerCaller({ tenantId, name: "evidence", scopes: SCOPES });
      await copyTiles(store, caller);
    },
  );
}
