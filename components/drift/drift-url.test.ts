import { expect, it } from "vitest";
import { FindingFilter } from "#server/features/drift/views.ts";
import { driftQueryOf, idOf } from "./drift-url.ts";

it("shows what needs somebody, until a state is asked for", () => {
  expect(driftQueryOf({})).toEqual({ states: ["open", "acknowledged", "remediating"] });
  expect(driftQueryOf({ state: "suppressed" })).toEqual({ states: ["suppressed"] });
  expect(driftQueryOf({ state: "all" }).states).toHaveLength(5);
});

it("narrows by what is known, and by nothing else", () => {
  const asked = {
    severity: "critical",
    rule: "weaker-policy",
    environment: "prod",
    cluster: "omantel-1",
    q: " web\0 ",
  };
  expect(driftQueryOf(asked)).toEqual({
    states: ["open", "acknowledged", "remediating"],
    severities: ["critical"],
    rules: ["weaker-policy"],
    environments: ["prod"],
    clusters: ["omantel-1"],
    text: "web",
  });
  const wrong = { severity: "worst", rule: "x", environment: "moon", state: "gone" };
  expect(driftQueryOf(wrong)).toEqual(driftQueryOf({}));
});

it("the server takes whatever comes of it", () => {
  const long = "x".repeat(5_000);
  for (const params of [{}, { q: long, cluster: long }, { state: "all", q: "\0" }])
    expect(FindingFilter.safeParse(driftQueryOf(params)).success).toBe(true);
  expect(idOf("../../etc")).toBeNull();
  expect(idOf("01900000-0000-7000-8000-000000000000")).not.toBeNull();
});
