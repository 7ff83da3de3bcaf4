import "server-only";
import { raiseAlert } from "#server/features/alerts/index.ts";
import type { Marker, ObservationTask, StoreState } from "#server/features/regions/schema.ts";
import { beginObservation } from "#server/features/regions/verbs/begin-observation.ts";
import { recordObservation } from "#server/features/regions/verbs/record-observation.ts";
import type { Caller } from "#server/platform/actor.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { type DueKey, eachDue } from "../jobs/each-due.ts";
import { observeRegion, type SeenRegion, stateOfFailure } from "./observe-region.ts";
import type { RegionClients } from "./region-clients.ts";
import { readMarker, writeMarker } from "./region-marker.ts";

const BATCH = 50;

/** Asks a store that is not OpenBao what it is. Throws nothing. */
export type ObserveOther = (storeId: string) => Promise<{ state: StoreState; detail: string }>;

export interface ObserveDependencies {
  clients: RegionClients;
  observeOther: ObserveOther;
}

/** Looks at every store that is due: begin, act, record (law 2). Gives how many it looked at. */
export function observeDueStores(dependencies: ObserveDependencies): Promise<number> {
  return eachDue<DueKey>("app.due_store_observations($1)", [BATCH], async ({ tenant_id, id }) => {
    const scopes = ["runtime.regions.observe", "runtime.alerts.raise"] as const;
    const caller = workerCaller({ tenantId: tenant_id, name: "regions", scopes });
    const { task } = await runVerb(beginObservation, caller, { storeId: id });
    if (!task) return;
    const seen = await lookAt(task, dependencies);
    const { client: _, ...said } = seen;
    const recorded = await runVerb(recordObservation, caller, {
      storeId: id,
      fence: task.fence,
      ...said,
    });
    if (recorded.changedFrom) await tellOfChange(caller, id, recorded.changedFrom, recorded.state);
  });
}

async function lookAt(
  task: ObservationTask,
  { clients, observeOther }: ObserveDependencies,
): Promise<SeenRegion & { marker: Marker | "none" | "unreadable" }> {
  if (task.kind !== "openbao" || !task.region) {
    const { state, detail } = await observeOther(task.storeId);
    return { state, detail, facts: EMPTY, client: null, marker: "none" };
  }
  const seen = await observeRegion(clients.of(task.region));
  if (!seen.client) return { ...seen, marker: "unreadable" };
  try {
    if (task.marker) {
      await writeMarker(seen.client, task.marker);
      return { ...seen, marker: task.marker };
    }
    return { ...seen, marker: task.isReplicated ? await readMarker(seen.client) : "none" };
  } catch (error) {
    // A primary that we may not write to serves others, not us.
    const state = task.marker ? stateOfFailure(error) : seen.state;
    return { ...seen, state, detail: (error as Error).message.slice(0, 500), marker: "unreadable" };
  }
}

const EMPTY = {
  version: null,
  clusterName: null,
  isRaft: null,
  nodes: [],
  autopilot: null,
  committedIndex: null,
  appliedIndex: null,
};

/** Somebody is told when a store stops serving; that it serves again stands on the page and in the log. */
async function tellOfChange(
  caller: Caller,
  storeId: string,
  from: StoreState,
  to: StoreState,
): Promise<void> {
  if (from !== "active" || to === "active" || to === "standby") return;
  await runVerb(raiseAlert, caller, {
    kind: "store-not-serving",
    severity: "critical",
    subjectRef: `store/${storeId}`,
    detail: `The store ${storeId} was active and is ${to.replaceAll("_", " ")}. Rotations wait; nothing is lost.`,
  });
}
