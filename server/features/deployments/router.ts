import "server-only";
import { notFound } from "#server/platform/errors/app-error.ts";
import { readProcedure, router, verbProcedure } from "#server/trpc/init.ts";
import { environments, environmentVersions } from "./environment-queries.ts";
import { EnvironmentInput, EnvironmentList, EnvironmentVersions } from "./environment-schema.ts";
import { deployment, deployments, runningServices } from "./queries.ts";
import {
  DeploymentDetail,
  DeploymentId,
  DeploymentPage,
  ListDeploymentsInput,
  RunningServices,
} from "./schema.ts";
import { attachEvidence } from "./verbs/attach-evidence.ts";
import { commentOnDeployment } from "./verbs/comment-on-deployment.ts";
import { freezeEnvironment } from "./verbs/freeze-environment.ts";
import { requestDeployment } from "./verbs/request-deployment.ts";
import { reviewDeployment } from "./verbs/review-deployment.ts";
import { reviseDeployment } from "./verbs/revise-deployment.ts";
import { saveEnvironmentPolicy } from "./verbs/save-environment-policy.ts";
import { withdrawDeployment } from "./verbs/withdraw-deployment.ts";

const read = readProcedure("runtime.deployments.read");

/** Claims and reports are not here: pipelines make them, over the HTTP API. */
export const deploymentsRouter = router({
  list: read
    .input(ListDeploymentsInput)
    .output(DeploymentPage)
    .query(({ ctx, input }) => deployments(ctx.tx, ctx.caller.tenant, input, ctx.caller)),

  byId: read
    .input(DeploymentId)
    .output(DeploymentDetail)
    .query(async ({ ctx, input }) => {
      const { tenant } = ctx.caller;
      const found = await deployment(ctx.tx, tenant, input.deploymentId, ctx.caller);
      if (!found) throw notFound("deployment request");
      return found;
    }),

  /** What runs where, by the newest success of each service. */
  running: read.output(RunningServices).query(async ({ ctx }) => ({
    items: await runningServices(ctx.tx, ctx.caller.tenant),
    asOf: await ctx.tx.startedAt(),
  })),

  environments: read.output(EnvironmentList).query(async ({ ctx }) => ({
    items: await environments(ctx.tx, ctx.caller.tenant),
    asOf: await ctx.tx.startedAt(),
  })),

  environmentVersions: read
    .input(EnvironmentInput)
    .output(EnvironmentVersions)
    .query(async ({ ctx, input }) => ({
      items: await environmentVersions(ctx.tx, ctx.caller.tenant, input.environment),
    })),

  request: verbProcedure(requestDeployment),
  revise: verbProcedure(reviseDeployment),
  withdraw: verbProcedure(withdrawDeployment),
  review: verbProcedure(reviewDeployment),
  comment: verbProcedure(commentOnDeployment),
  attachEvidence: verbProcedure(attachEvidence),
  saveEnvironmentPolicy: verbProcedure(saveEnvironmentPolicy),
  freezeEnvironment: verbProcedure(freezeEnvironment),
});
