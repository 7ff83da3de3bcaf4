import { expect, it } from "vitest";
import { PolicySpec } from "#server/features/remediation/schema.ts";
import { draftOfPolicy, policyOf } from "./policy-draft.ts";

const SPEC: PolicySpec = {
  mode: "auto",
  safeKinds: ["ConfigMap", "NetworkPolicy.networking.k8s.io"],
  mostPerHour: 20,
  breakerCount: 3,
  breakerWindowSeconds: 86_400,
};
const draft = draftOfPolicy(SPEC);

it("says what was saved, when nothing is changed", () => {
  expect(policyOf(draft)).toEqual(SPEC);
});

it.each([
  [{ safeKinds: "" }, { field: "safeKinds", why: "missing" }],
  [{ safeKinds: "ConfigMap\nSecret" }, { field: "safeKinds", why: "secret" }],
  [{ safeKinds: "ConfigMap\n\nconfig map" }, { field: "safeKinds", why: "bad", line: 3 }],
  [{ mostPerHour: "-1" }, { field: "mostPerHour", why: "wrong" }],
  [{ breakerCount: "21" }, { field: "breakerCount", why: "wrong" }],
  [{ breakerHours: "0.5" }, { field: "breakerHours", why: "wrong" }],
])("%j is told at its field, as the server would refuse it", (part, problem) => {
  expect(policyOf({ ...draft, ...part })).toEqual({ problems: [problem] });
});

it("whatever passes here passes there", () => {
  for (const mode of ["off", "review", "auto"] as const)
    expect(PolicySpec.safeParse(policyOf({ ...draft, mode })).success).toBe(true);
});
