import "server-only";
import { withTenantSet } from "#server/platform/db/tenant-transaction.ts";
import { guardAllTenants } from "#server/platform/tenancy/guard.ts";
import { readProcedure, router, verbProcedure } from "#server/trpc/init.ts";
import { cellEvidence } from "./evidence-queries.ts";
import { cellDetail, declaredVersions, matrix } from "./queries.ts";
import { edges, reach } from "./reach-queries.ts";
import { askWhatIf } from "./verbs/ask-what-if.ts";
import { declareIsolation } from "./verbs/declare-isolation.ts";
import {
  CellDetail,
  CellEvidence,
  CellInput,
  Declared,
  Edges,
  EdgesInput,
  Matrix,
  MatrixInput,
  Reach,
  WhatIfView,
} from "./views.ts";
import { whatIfOf } from "./what-if-queries.ts";
import { WhatIfInput } from "./what-if-schema.ts";

export const isolationRouter = router({
  /** All tenants of the session. */
  matrix: readProcedure("runtime.isolation.read")
    .input(MatrixInput)
    .output(Matrix)
    .query(({ ctx, input }) => {
      const tenants = guardAllTenants(ctx.session);
      return withTenantSet(tenants, (tx) => matrix(tx, tenants, input.environment));
    }),
  reach: readProcedure("runtime.isolation.read")
    .input(MatrixInput)
    .output(Reach)
    .query(({ ctx, input }) => {
      const tenants = guardAllTenants(ctx.session);
      return withTenantSet(tenants, (tx) => reach(tx, tenants, input.environment));
    }),
  /** The connections of one pair, a page at a time. */
  edges: readProcedure("runtime.isolation.read")
    .input(EdgesInput)
    .output(Edges)
    .query(({ ctx, input }) => {
      const tenants = guardAllTenants(ctx.session);
      return withTenantSet(tenants, (tx) => edges(tx, tenants, input));
    }),
  cell: readProcedure("runtime.isolation.read")
    .input(CellInput)
    .output(CellDetail)
    .query(({ ctx, input }) =>
      cellDetail(ctx.tx, ctx.caller.tenant, input, guardAllTenants(ctx.session)),
    ),
  /** One cell for an auditor, with digests that can be computed again. */
  evidence: readProcedure("runtime.isolation.read")
    .input(CellInput)
    .output(CellEvidence)
    .query(({ ctx, input }) => cellEvidence(ctx.tx, ctx.caller.tenant, input)),
  whatIf: readProcedure("runtime.isolation.read")
    .input(WhatIfInput)
    .output(WhatIfView)
    .query(({ ctx, input }) =>
      whatIfOf(ctx.tx, ctx.caller.tenant, input.whatIfId, guardAllTenants(ctx.session)),
    ),
  declared: readProcedure("runtime.isolation.read")
    .input(MatrixInput)
    .output(Declared)
    .query(({ ctx, input }) => declaredVersions(ctx.tx, ctx.caller.tenant, input.environment)),
  declare: verbProcedure(declareIsolation),
  askWhatIf: verbProcedure(askWhatIf),
});
