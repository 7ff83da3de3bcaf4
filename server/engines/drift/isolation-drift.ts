import type { DriftFinding } from "./finding.ts";

/** A layer of the isolation matrix that is violated. */
export interface ViolatedCell {
  environment: string;
  layer: string;
  /** Codes of the facts that violate. */
  codes: readonly string[];
}

/** A violated layer is drift from the declared isolation: of the binding that declares it. */
export function isolationDrift(tenant: string, cells: readonly ViolatedCell[]): DriftFinding[] {
  return cells.map(({ environment, layer, codes }) => {
    const facts = [...new Set(codes)].sort().join(", ");
    return {
      rule: "isolation-violated",
      severity: "critical",
      object: {
        apiVersion: "catalyst.openova.io/v1alpha1",
        kind: "RuntimeTenantBinding",
        namespace: null,
        name: environment,
      },
      tenant,
      environment,
      causes: [],
      differences: [],
      detail: `${layer}: ${facts}`,
      reason: "isolation-layer",
      params: { layer, facts },
    };
  });
}
