import "server-only";
import { readProcedure, router, verbProcedure } from "#server/trpc/init.ts";
import { admissionOverview } from "./queries.ts";
import { AdmissionOverview } from "./schema.ts";
import { saveAdmissionCluster } from "./verbs/save-admission-cluster.ts";
import { saveAdmissionNamespaces } from "./verbs/save-admission-namespaces.ts";
import { setAdmissionCredential } from "./verbs/set-admission-credential.ts";

export const admissionRouter = router({
  overview: readProcedure("runtime.deployments.read")
    .output(AdmissionOverview)
    .query(({ ctx }) => admissionOverview(ctx.tx, ctx.caller.tenant)),
  saveCluster: verbProcedure(saveAdmissionCluster),
  setCredential: verbProcedure(setAdmissionCredential),
  saveNamespaces: verbProcedure(saveAdmissionNamespaces),
});
