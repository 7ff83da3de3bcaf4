import "server-only";
import type { z } from "zod";
import type { RecordFetchesInput } from "#server/features/rotation/consumers/schema.ts";
import { beginFetches } from "#server/features/rotation/verbs/begin-fetches.ts";
import { recordFetches } from "#server/features/rotation/verbs/record-fetches.ts";
import type { ExternalSecretsApi } from "#server/integrations/kubernetes/external-secrets-api.ts";
import { KubernetesError } from "#server/integrations/kubernetes/kubernetes-call.ts";
import type { Caller } from "#server/platform/actor.ts";
import { runVerb } from "#server/platform/verb.ts";

type Result = z.input<typeof RecordFetchesInput>["results"][number];

/**
 * Asks the cluster that the ExternalSecrets of a promoted rotation fetch the new value now, instead of
 * when their interval is over. Gives how many were asked.
 */
export async function askForFetches(
  api: Pick<ExternalSecretsApi, "askForFetch">,
  caller: Caller,
  rotationId: string,
): Promise<number> {
  const { begun } = await runVerb(beginFetches, caller, { rotationId });
  if (begun.length === 0) return 0;
  const results: Result[] = [];
  for (const { consumerId, namespace, name, mark } of begun) {
    results.push({ consumerId, ...(await ask(() => api.askForFetch(namespace, name, mark))) });
  }
  await runVerb(recordFetches, caller, { rotationId, results });
  return results.filter(({ outcome }) => outcome === "asked").length;
}

async function ask(call: () => Promise<"asked" | "absent">): Promise<Omit<Result, "consumerId">> {
  try {
    const answer = await call();
    if (answer === "asked") return { outcome: "asked", errorCode: null };
    return { outcome: "refused", errorCode: "absent" };
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    const isWorthAgain = error.failure === "unreachable" || error.failure === "conflict";
    return { outcome: isWorthAgain ? "later" : "refused", errorCode: error.failure };
  }
}
