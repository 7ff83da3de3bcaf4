import type { LeaseView } from "#server/features/leases/schema.ts";

/** One lease, as the list gives it. */
export type LeaseRow = LeaseView;

export interface IssuableBinding {
  bindingId: string;
  name: string;
  environment: string;
  workload: string;
}

export interface OpenWorkload {
  workload: string;
  open: number;
}

/** What somebody is about to do. */
export type LeaseAct =
  | { kind: "renew" | "revoke"; lease: LeaseRow }
  | { kind: "revokeWorkload"; workload: string; count: number }
  | { kind: "issue"; issuable: readonly IssuableBinding[] };
