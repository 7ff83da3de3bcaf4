export const DEPLOYMENT_STATES = [
  "requested",
  "checking",
  "awaiting_approval",
  "approved",
  "executing",
  "succeeded",
  "failed",
  "rolled_back",
  "rejected",
  "expired",
  "withdrawn",
  "superseded",
] as const;
export type DeploymentState = (typeof DEPLOYMENT_STATES)[number];

/** What may happen to a request. */
export const DEPLOYMENT_STEPS = [
  "begin-checks",
  "pass-checks",
  "revise",
  "approve",
  "reject",
  "withdraw",
  "expire",
  "supersede",
  "claim",
  "succeed",
  "fail",
  "roll-back",
] as const;
export type DeploymentStep = (typeof DEPLOYMENT_STEPS)[number];

const WAITING = ["requested", "checking", "awaiting_approval", "approved"] as const;
/** Before anybody carries it out: may still be called off. */
export const WAITING_STATES: readonly DeploymentState[] = WAITING;

type Row = Partial<Record<DeploymentStep, DeploymentState>>;

const CALLED_OFF: Row = {
  // A new revision is checked anew, and every approval of the old one is stale.
  revise: "requested",
  reject: "rejected",
  withdraw: "withdrawn",
  expire: "expired",
  supersede: "superseded",
};

const TABLE: Record<DeploymentState, Row> = {
  requested: { ...CALLED_OFF, "begin-checks": "checking" },
  checking: { ...CALLED_OFF, "pass-checks": "awaiting_approval" },
  awaiting_approval: { ...CALLED_OFF, approve: "approved" },
  approved: { ...CALLED_OFF, claim: "executing" },
  executing: { succeed: "succeeded", fail: "failed", "roll-back": "rolled_back" },
  succeeded: {},
  failed: {},
  rolled_back: {},
  rejected: {},
  expired: {},
  withdrawn: {},
  superseded: {},
};

/** The state after a step; null where the step may not be taken. The only way on is this table. */
export function stateAfter(state: DeploymentState, step: DeploymentStep): DeploymentState | null {
  return TABLE[state][step] ?? null;
}

/** Whether it may still be decided, changed or called off. */
export function isWaiting(state: DeploymentState): boolean {
  return WAITING_STATES.includes(state);
}

/** Whether nothing can happen to it any more. */
export function isOver(state: DeploymentState): boolean {
  return Object.keys(TABLE[state]).length === 0;
}
