import "server-only";
import type { z } from "zod";
import { beginRenewal } from "#server/features/rotation/verbs/begin-renewal.ts";
import { recordRenewal } from "#server/features/rotation/verbs/record-renewal.ts";
import type { BegunRenewal, RecordRenewalInput } from "#server/features/rotation/watched/schema.ts";
import { CertificateError } from "#server/integrations/certificates/certificate-error.ts";
import { KubernetesError } from "#server/integrations/kubernetes/kubernetes-call.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { eachDue } from "../jobs/each-due.ts";
import type { WatchSources } from "./watch-sources.ts";

type Begun = NonNullable<z.output<typeof BegunRenewal>["begun"]>;
type Outcome = z.input<typeof RecordRenewalInput>["outcome"];

const BATCH = 50;
const PATIENCE = 8;

/** Asks whoever renews them for the certificates that people want renewed. Gives how many it took up. */
export function askForRenewals(sources: WatchSources): Promise<number> {
  return eachDue<{ tenant_id: string; id: string }>(
    "app.due_renewals($1)",
    [BATCH],
    async ({ tenant_id: tenantId, id: renewalId }) => {
      const scopes = ["runtime.rotations.execute"] as const;
      const caller = workerCaller({ tenantId, name: "renewals", scopes });
      const { begun } = await runVerb(beginRenewal, caller, { renewalId });
      if (!begun) return;
      const outcome = await ask(sources, begun);
      await runVerb(recordRenewal, caller, { renewalId, outcome });
    },
  );
}

async function ask({ certificates }: WatchSources, begun: Begun): Promise<Outcome> {
  const { rotator, revision, attempt, isLate } = begun;
  if (rotator.kind !== "cert-manager") {
    return refused("not_renewable", "This credential is not cert-manager's any more.");
  }
  const { namespace, certificate } = rotator;
  if (!certificates) {
    return refused(
      "no_cluster_api",
      `The console can't reach the cluster. Renew it there: cmctl renew --namespace ${namespace} ${certificate}`,
    );
  }
  try {
    const now = await certificates.revision(namespace, certificate);
    // After a crash it may have been asked for, and done, before this.
    if (revision !== null && now !== null && now > revision) return { kind: "renewed" };
    if (isLate) {
      return refused(
        "not_renewed",
        "cert-manager was asked and has not renewed it within an hour.",
      );
    }
    const answer = await certificates.askForRenewal(namespace, certificate, new Date());
    if (answer === "absent") {
      return refused("absent", `The cluster has no Certificate ${namespace}/${certificate}.`);
    }
    return { kind: "asked" };
  } catch (error) {
    if (!(error instanceof KubernetesError) && !(error instanceof CertificateError)) throw error;
    const trouble = { errorCode: error.failure, errorText: error.message };
    return attempt < PATIENCE ? { kind: "later", ...trouble } : { kind: "refused", ...trouble };
  }
}

function refused(errorCode: string, errorText: string): Outcome {
  return { kind: "refused", errorCode, errorText };
}
