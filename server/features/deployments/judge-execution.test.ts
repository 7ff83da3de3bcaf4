import { expect, test } from "vitest";
import { executionFacts } from "#server/engines/deployments/execution-facts.ts";
import { decide } from "#server/platform/authz/policy-engine.ts";
import type { CedarEntity } from "#server/platform/authz/policy-request.ts";
import type { DeploymentRow } from "./deployment-rows.ts";
import { blockersNow, judgeExecution } from "./judge-execution.ts";

const NOW = new Date("2026-11-22T08:00:00Z");
const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1_000);
const POLICY = {
  groups: [{ role: "sovereign-admin", count: 1 }],
  windows: [],
  waitingSeconds: 0,
  expirySeconds: 3_600,
  requiresElevation: false,
  provenance: "none" as const,
  trustedRegistries: ["a.example/team"],
  supersedesWaiting: true,
};
const FREE = {
  now: NOW,
  expiresAt: later(3_600),
  revisedAt: NOW,
  policyVersion: 3,
  currentVersion: 3,
  policy: POLICY,
  frozenFrom: null,
  frozenUntil: null,
  repositories: ["a.example/team/checkout"],
  provenance: "unknown" as const,
  isGateMet: true,
  isMergeApproved: true,
  elevation: "unknown" as const,
  isSubjectCurrent: true,
  missingApprovals: 0,
  isRejected: false,
};
const ROW = {
  deployment_id: "d1",
  environment: "prod",
  service: "checkout",
  kind: "deploy",
  state: "approved",
  requester_issuer: "https://idp",
  requester_subject: "dev",
} as DeploymentRow;
const principal = (type: "Service" | "User", scopes: string[]): CedarEntity => ({
  uid: { type, id: "p" },
  attrs: { issuer: "https://idp", scopes },
  parents: [{ type: "Tenant", id: "acme" }],
});
const EXECUTE = ["runtime.deployments.execute"];
const window = { days: [1], start: "10:00", end: "11:00", timeZone: "UTC" };

function judge(change: Partial<Parameters<typeof executionFacts>[0]>, state = "approved") {
  const facts = executionFacts({ ...FREE, ...change });
  return judgeExecution(
    principal("Service", EXECUTE),
    { ...ROW, state } as DeploymentRow,
    facts,
    decide,
  );
}

test("nothing blocks what is approved, current, in time and trusted", () => {
  expect(judge({})).toMatchObject({ outcome: "allow", errors: [] });
  expect(blockersNow("acme", ROW, executionFacts(FREE))).toEqual([]);
});

test.each([
  ["expired", { expiresAt: NOW }],
  ["frozen", { frozenFrom: NOW }],
  ["frozen", { frozenFrom: later(-60), frozenUntil: later(1) }],
  ["outside-window", { policy: { ...POLICY, windows: [window] } }],
  ["waiting-time", { policy: { ...POLICY, waitingSeconds: 1 } }],
  ["policy-changed", { currentVersion: 4 }],
  ["policy-changed", { currentVersion: 2 }],
  ["subject-changed", { isSubjectCurrent: false }],
  ["untrusted-registry", { repositories: ["a.example/team/x", "a.example/teams/x"] }],
  ["provenance-missing", { policy: { ...POLICY, provenance: "signed" as const } }],
  [
    "provenance-missing",
    { policy: { ...POLICY, provenance: "signed" as const }, provenance: "failed" as const },
  ],
  ["gate-unmet", { isGateMet: false }],
  ["merge-not-approved", { isMergeApproved: false }],
  ["elevation-missing", { policy: { ...POLICY, requiresElevation: true } }],
  ["rejected", { isRejected: true }],
  ["approvals-missing", { missingApprovals: 1 }],
])("%s blocks alone, and says so", (code, change) => {
  expect(judge(change)).toMatchObject({ outcome: "deny", reasons: [`forbid-deploy-${code}`] });
});

test.each([
  ["a freeze that is over", { frozenFrom: later(-60), frozenUntil: NOW }],
  ["a freeze to come", { frozenFrom: later(1) }],
  [
    "verified provenance",
    { policy: { ...POLICY, provenance: "slsa-3" as const }, provenance: "verified" as const },
  ],
  [
    "a live elevation",
    { policy: { ...POLICY, requiresElevation: true }, elevation: "live" as const },
  ],
  [
    "a waiting time that is over",
    { policy: { ...POLICY, waitingSeconds: 60 }, revisedAt: later(-60) },
  ],
])("%s blocks nothing", (_name, change) => {
  expect(judge(change).outcome).toBe("allow");
});

test.each([
  "executing",
  "succeeded",
  "failed",
  "rolled_back",
  "rejected",
  "expired",
  "withdrawn",
  "superseded",
])("%s is not waiting any more", (state) => {
  expect(judge({}, state).reasons).toEqual(["forbid-deploy-ended"]);
});

test("a person, and a pipeline without the scope, may not", () => {
  const facts = executionFacts(FREE);
  expect(judgeExecution(principal("User", EXECUTE), ROW, facts, decide).reasons).toEqual([
    "forbid-deploy-by-a-person",
  ]);
  const none = judgeExecution(principal("Service", []), ROW, facts, decide);
  expect(none).toMatchObject({ outcome: "deny", reasons: [] });
});
