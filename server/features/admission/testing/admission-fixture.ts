import { randomBytes } from "node:crypto";
import { sovereignAdmin } from "#server/features/rotation-targets/testing/target-fixture.ts";
import { runVerb } from "#server/platform/verb.ts";
import { saveAdmissionCluster } from "../verbs/save-admission-cluster.ts";

export { sovereignAdmin };
export const REASON = "agreed in the platform meeting";
export const newHash = () => randomBytes(32).toString("hex");

/** A cluster of this test's own. */
export async function registerCluster(tenants: "every" | string[] = "every"): Promise<string> {
  const cluster = `cluster-${randomBytes(4).toString("hex")}`;
  await runVerb(saveAdmissionCluster, await sovereignAdmin(), { cluster, tenants, reason: REASON });
  return cluster;
}
