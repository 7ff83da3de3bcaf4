import "server-only";
import { withTenantSet } from "#server/platform/db/tenant-transaction.ts";
import { guardAllTenants } from "#server/platform/tenancy/guard.ts";
import { readProcedure, router, verbProcedure } from "#server/trpc/init.ts";
import { cellDetail, declaredVersions, matrix } from "./queries.ts";
import { reach } from "./reach-queries.ts";
import { declareIsolation } from "./verbs/declare-isolation.ts";
import { CellDetail, CellInput, Declared, Matrix, MatrixInput, Reach } from "./views.ts";

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
  cell: readProcedure("runtime.isolation.read")
    .input(CellInput)
    .output(CellDetail)
    .query(({ ctx, input }) =>
      cellDetail(ctx.tx, ctx.caller.tenant, input, guardAllTenants(ctx.session)),
    ),
  declared: readProcedure("runtime.isolation.read")
    .input(MatrixInput)
    .output(Declared)
    .query(({ ctx, input }) => declaredVersions(ctx.tx, ctx.caller.tenant, input.environment)),
  declare: verbProcedure(declareIsolation),
});
