import "server-only";
import { z } from "zod";
import { DEPLOYMENT_STATES } from "#server/engines/deployments/state-machine.ts";
import {
  Blocker,
  type DeploymentDetail,
  DeploymentKind,
  deployment,
} from "#server/features/deployments/index.ts";
import type { Caller } from "#server/platform/actor.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";

/** A request as pipelines see it: names of people stay on the screens. */
export const DeploymentResource = z.object({
  deploymentId: z.uuid(),
  state: z.enum(DEPLOYMENT_STATES),
  revision: z.number().int(),
  subjectDigest: z.string().describe("What approvers approve; a claim names it"),
  environment: z.string(),
  service: z.string(),
  kind: DeploymentKind,
  images: z.array(z.string()),
  configDigest: z.string(),
  changeRef: z.string(),
  missingApprovals: z.number().int(),
  blockers: z.array(Blocker).describe("Everything that would stop a claim now"),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  waitsUntil: z.iso.datetime().describe("Before this time it may not be carried out"),
  nextWindowAt: z.iso.datetime().nullable().describe("When a change window opens next"),
});
export type DeploymentResource = z.infer<typeof DeploymentResource>;

const Id = z.uuid();

/** Reads a request in a transaction of its own. Foreign, absent and unreadable ids answer alike. */
export async function readDeployment(caller: Caller, id: string): Promise<DeploymentResource> {
  const { tenant } = caller;
  const found = Id.safeParse(id).success
    ? await withTenant(tenant, "tenant", (tx) => deployment(tx, tenant, id, caller), {
        readOnly: true,
      })
    : undefined;
  if (!found) throw notFound("deployment request");
  return resourceOf(found);
}

function resourceOf(detail: DeploymentDetail): DeploymentResource {
  return {
    deploymentId: detail.deploymentId,
    state: detail.state,
    revision: detail.revision,
    subjectDigest: detail.subjectDigest,
    environment: detail.environment,
    service: detail.service,
    kind: detail.kind,
    images: detail.images.flatMap(({ repository, digest }) =>
      digest === null ? [] : `${repository}@${digest}`,
    ),
    configDigest: detail.configDigest,
    changeRef: detail.changeRef,
    missingApprovals: detail.quorum.missing,
    blockers: detail.blockers,
    createdAt: detail.createdAt.toISOString(),
    expiresAt: detail.expiresAt.toISOString(),
    waitsUntil: detail.waitsUntil.toISOString(),
    nextWindowAt: detail.nextWindowAt?.toISOString() ?? null,
  };
}

/** Changes whenever a pipeline would want to know: for If-None-Match and streams. */
export function versionOf({
  state,
  revision,
  missingApprovals,
  blockers,
}: DeploymentResource): string {
  const codes = blockers.map(({ code }) => code.replace("forbid-deploy-", "")).join(".");
  return `"${revision}-${state}-${missingApprovals}-${codes}"`;
}

const UNDECIDED = new Set(["requested", "checking", "awaiting_approval"]);

/** Whether people still have to decide. */
export function isUndecided({ state }: DeploymentResource): boolean {
  return UNDECIDED.has(state);
}

const OPEN = new Set([...UNDECIDED, "approved", "executing"]);

/** Whether nothing can happen to it any more. */
export function isEnded({ state }: DeploymentResource): boolean {
  return !OPEN.has(state);
}
