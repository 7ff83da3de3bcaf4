import "server-only";
import { z } from "zod";
import { type DeploymentDetail, deployment } from "#server/features/deployments/index.ts";
import type { Caller } from "#server/platform/actor.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { notFound } from "#server/platform/errors/app-error.ts";

/** A request as pipelines see it: names of people stay on the screens. */
export interface DeploymentResource {
  deploymentId: string;
  state: string;
  revision: number;
  subjectDigest: string;
  environment: string;
  service: string;
  kind: string;
  images: string[];
  configDigest: string;
  changeRef: string;
  missingApprovals: number;
  blockers: { code: string; words: string }[];
  createdAt: string;
  expiresAt: string;
  waitsUntil: string;
  nextWindowAt: string | null;
}

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
