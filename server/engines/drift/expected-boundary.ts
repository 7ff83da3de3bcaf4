import type { Declaration } from "#server/engines/isolation/declaration.ts";

/** What the console's own record (RuntimeTenantBinding) asks of a cluster for one environment. */
export interface ExpectedBoundary {
  tenant: string;
  environment: string;
  /** The version of the binding that asks for it. */
  version: number;
  namespaces: readonly string[];
  quota: Declaration["quota"];
  network: Declaration["network"];
}
