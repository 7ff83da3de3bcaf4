import "server-only";
import {
  beginProjection,
  expireGrant,
  recordProjection,
  tendElevation,
} from "#server/features/elevation/index.ts";
import { identityConfig } from "#server/features/identity/index.ts";
import { RoleBindingsApi } from "#server/integrations/kubernetes/role-bindings-api.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { type DueKey, eachDue } from "../jobs/each-due.ts";
import { type ProjectionPlaces, project } from "./project.ts";

const BATCH = 50;

const tender = (tenantId: string) =>
  workerCaller({ tenantId, name: "elevation", scopes: ["runtime.elevation.tend"] });
const projector = (tenantId: string) =>
  workerCaller({ tenantId, name: "elevation-projections", scopes: ["runtime.elevation.project"] });

/** Notes what the clock ended and closes requests that are over. Gives how many it looked at. */
export async function tendElevations(): Promise<number> {
  const grants = await eachDue<DueKey>("app.expired_elevation_grants($1)", [BATCH], (due) =>
    runVerb(expireGrant, tender(due.tenant_id), { grantId: due.id }).then(() => undefined),
  );
  const requests = await eachDue<DueKey>("app.due_elevation_requests($1)", [BATCH], (due) =>
    runVerb(tendElevation, tender(due.tenant_id), { requestId: due.id }).then(() => undefined),
  );
  return grants + requests;
}

/** Makes grants hold elsewhere, and takes away what is over, until it was read to be gone. */
export function projectElevations(places: ProjectionPlaces): Promise<number> {
  return eachDue<DueKey>("app.due_elevation_projections($1)", [BATCH], async (due) => {
    const caller = projector(due.tenant_id);
    const work = await runVerb(beginProjection, caller, { projectionId: due.id });
    if (work.act === "nothing") return;
    const { projectionId, fence } = work;
    const seen = await project(places, work);
    await runVerb(recordProjection, caller, { projectionId, fence, seen });
  });
}

/** From the worker's environment: `KUBERNETES_API` is `in-cluster`, or the path of a kubeconfig file. */
export function configuredPlaces(): ProjectionPlaces {
  const api = process.env.KUBERNETES_API;
  const access =
    api === "in-cluster"
      ? ({ kind: "in-cluster" } as const)
      : ({ kind: "kubeconfig", file: api ?? "" } as const);
  return { identity: identityConfig(), roleBindings: api ? new RoleBindingsApi(access) : null };
}
