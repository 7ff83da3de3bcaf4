import "server-only";
import { readProcedure, router, verbProcedure } from "#server/trpc/init.ts";
import { listLeases } from "./queries.ts";
import { ListLeasesInput, ListLeasesOutput } from "./schema.ts";
import { issueLease } from "./verbs/issue-lease.ts";
import { renewLease } from "./verbs/renew-lease.ts";
import { revokeLease } from "./verbs/revoke-lease.ts";
import { revokeWorkloadLeases } from "./verbs/revoke-workload-leases.ts";

export const leasesRouter = router({
  list: readProcedure("runtime.secrets.read")
    .input(ListLeasesInput)
    .output(ListLeasesOutput)
    .query(({ ctx, input }) => listLeases(ctx.tx, ctx.caller.tenant, input)),
  issue: verbProcedure(issueLease),
  renew: verbProcedure(renewLease),
  revoke: verbProcedure(revokeLease),
  revokeWorkload: verbProcedure(revokeWorkloadLeases),
});
