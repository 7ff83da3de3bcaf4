import "server-only";
import type { DesiredSource } from "#server/integrations/desired/desired-source.ts";
import type { ClusterSource } from "#server/integrations/kubernetes/cluster-source.ts";
import type { ServerSideApply } from "#server/integrations/kubernetes/server-side-apply.ts";

/** Where remediation reads and writes. */
export interface RemediationPlaces {
  clusters: readonly ClusterSource[];
  desired(cluster: string): readonly DesiredSource[];
  /** Null: there is no way to apply anything there. */
  writer(cluster: string): ServerSideApply | null;
}

/** Something can't be read now; trying again may help. The message holds no value. */
export class AwayError extends Error {
  constructor(message: string) {
    super(message.slice(0, 500));
    this.name = "AwayError";
  }
}
