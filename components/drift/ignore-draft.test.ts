import { expect, it } from "vitest";
import { IgnoreRuleSpec } from "#server/features/drift/schema.ts";
import { draftOfUrl, problemsOf, specOf } from "./ignore-draft.ts";

const url = (text: string) => draftOfUrl(new URLSearchParams(text));

it("a finding's field is filled in, the rest is any", () => {
  const draft = url("kind=json-pointer&expression=/spec/replicas&objectKind=Deployment&apiGroup=");
  expect(specOf(draft)).toEqual({
    kind: "json-pointer",
    expression: "/spec/replicas",
    apiGroup: null,
    objectKind: "Deployment",
    namespace: null,
    name: null,
  });
  expect(IgnoreRuleSpec.safeParse(specOf(draft)).success).toBe(true);
});

it("what is missing is said before the server has to", () => {
  expect(problemsOf(url(""))).toEqual(["expression", "owner", "reason", "period"]);
  const whole = { ...url("expression=/a"), owner: "SRE", reason: "HPA", period: 3_600 } as const;
  expect(problemsOf(whole)).toEqual([]);
  expect(problemsOf({ ...whole, reason: " x " })).toEqual(["reason"]);
});

it("a URL that says nonsense is a new rule", () => {
  expect(url("kind=../x").kind).toBe("json-pointer");
});
