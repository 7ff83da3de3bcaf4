import { expect, test } from "vitest";
import {
  type EnvironmentFacts,
  explainRights,
  type Right,
  type RightsInput,
} from "./explain-rights.ts";

const DECIDE = "runtime.approvals.decide";
const EXECUTE = "runtime.deployments.execute";
const READ = "runtime.audit.read";
const TENANTS = "runtime.tenants.manage";
const policy = (requiresElevation: boolean) => ({
  groups: [{ role: "sovereign-admin", count: 2 }],
  windows: [{ days: [1], start: "08:00", end: "10:00", timeZone: "UTC" }],
  waitingSeconds: 600,
  expirySeconds: 7_200,
  requiresElevation,
  provenance: "signed" as const,
  trustedRegistries: ["a.example"],
  supersedesWaiting: true,
});
const facts = (environment: string, requiresElevation: boolean): EnvironmentFacts => ({
  environment,
  policy: policy(requiresElevation),
  isFrozen: false,
  frozenUntil: null,
  isInWindow: false,
  nextWindowAt: new Date(0),
  elevation: {
    offers: [{ roles: ["sovereign-admin"], scopes: [DECIDE] }],
    groups: [{ role: "security-officer", count: 1 }],
    stepUp: { level: "security-key", whenApproving: true, withinSeconds: 300 },
  },
});
const INPUT: RightsInput = {
  scopes: [
    { scope: DECIDE, roles: ["sovereign-admin", "security-officer"] },
    { scope: EXECUTE, roles: ["deployment-pipeline"] },
    { scope: READ, roles: ["compliance"] },
    { scope: TENANTS, roles: ["sovereign-admin"] },
  ],
  production: [DECIDE, EXECUTE],
  placed: [DECIDE, EXECUTE],
  roles: ["sovereign-admin"],
  grants: [],
  environments: [facts("dev", false), facts("prod", true)],
  isSovereign: false,
  rulesByApproval: [],
};
const right = (scope: string, changes: Partial<RightsInput> = {}) =>
  explainRights({ ...INPUT, ...changes }).find((each) => each.scope === scope) as Right;
const codes = ({ demands }: { demands: readonly { code: string }[] }) =>
  demands.map(({ code }) => code);

test("by a role, except where production rights are by grant only", () => {
  const decide = right(DECIDE);
  expect(decide).toMatchObject({
    verdict: "partly",
    roles: ["sovereign-admin"],
    rolesThatWould: [],
  });
  const [dev, prod] = decide.places ?? [];
  expect(dev).toMatchObject({ isAllowed: true, mayAsk: true });
  expect(prod).toMatchObject({ isAllowed: false, mayAsk: true });
  expect(prod?.demands[0]).toEqual({ code: "elevation", isMet: false });
  expect(codes(decide)).toEqual(["never-own"]);
  expect(prod && codes(prod)).toEqual(["elevation", "step-up"]);
});

test("a live grant counts in its environment, and in no other", () => {
  const grant = {
    grantId: "g1",
    kind: "jit" as const,
    environment: "prod",
    scopes: [DECIDE],
    endsAt: new Date(1),
  };
  const decide = right(DECIDE, { roles: [], grants: [grant] });
  expect(decide).toMatchObject({ verdict: "partly", roles: [], grants: ["g1"] });
  expect(decide.places?.map(({ isAllowed, grants }) => [isAllowed, grants])).toEqual([
    [false, []],
    [true, ["g1"]],
  ]);
  expect(decide.places?.[1]?.demands[0]).toEqual({ code: "elevation", isMet: true });
});

test("why not: no role, only a pipeline, only in the Sovereign's context, no policy", () => {
  expect(right(READ)).toMatchObject({
    verdict: "no",
    roles: [],
    rolesThatWould: ["compliance"],
    places: null,
  });
  expect(right(EXECUTE, { roles: ["deployment-pipeline"] })).toMatchObject({ verdict: "no" });
  expect(codes(right(EXECUTE))).toEqual(["only-pipeline"]);
  expect(right(TENANTS).verdict).toBe("no");
  expect(codes(right(TENANTS))).toEqual(["sovereign-only"]);
  expect(right(TENANTS, { isSovereign: true })).toMatchObject({ verdict: "yes", demands: [] });
});

test("what carrying out a deployment still takes, environment by environment", () => {
  const [dev] = right(EXECUTE).places ?? [];
  expect(dev && codes(dev)).toEqual(["approvals", "window", "waiting", "provenance", "registries"]);
  const frozen = { ...facts("dev", false), isFrozen: true };
  const [there] = right(EXECUTE, { environments: [frozen] }).places ?? [];
  expect(there && codes(there)).toContain("frozen");
  const none = { ...facts("dev", false), policy: null };
  const [nowhere] = right(EXECUTE, { environments: [none] }).places ?? [];
  expect(nowhere && codes(nowhere)).toEqual(["no-policy"]);
});

test("the same input gives the same rows, in one order", () => {
  const turned = { ...INPUT, scopes: INPUT.scopes.toReversed() };
  expect(explainRights(turned)).toEqual(explainRights(INPUT));
});
