import { expect, test } from "vitest";
import {
  type ForgeReview,
  isMergeApproved,
  mergeFinding,
  mergeWords,
  readChangeName,
} from "./merged-change.ts";

const review = (by: string, change: Partial<ForgeReview> = {}): ForgeReview => ({
  by,
  decision: "approved",
  isOfficial: true,
  isVoid: false,
  ...change,
});
const merged = (...reviews: ForgeReview[]) =>
  mergeFinding("bank/checkout#4", { isMerged: true, commit: "c0ffee", author: "Dev", reviews });

test.each([
  ["bank/checkout#412", { owner: "bank", repository: "checkout", number: 412 }],
  ["a.b/c_d-e#1", { owner: "a.b", repository: "c_d-e", number: 1 }],
  ["checkout#412", null],
  ["bank/checkout#0", null],
  ["bank/checkout#1/../../x", null],
  ["../x#1", null],
  ["bank/checkout#1\n", null],
])("%j", (text, name) => {
  expect(readChangeName(text)).toEqual(name);
});

test.each<[string, ForgeReview[], string[]]>([
  ["two people", [review("b"), review("a")], ["a", "b"]],
  ["one person twice", [review("a"), review("A")], ["A"]],
  ["the author", [review("dev")], []],
  ["who took it back", [review("a"), review("a", { decision: "changes-requested" })], []],
  ["who was won over", [review("a", { decision: "changes-requested" }), review("a")], ["a"]],
  ["who has no say", [review("a", { isOfficial: false })], []],
  ["for an older commit", [review("a", { isVoid: true })], []],
])("%s", (_name, reviews, approvers) => {
  expect(merged(...reviews).approvers).toEqual(approvers);
});

test("passes when merged, with enough approvals, and says why not", () => {
  const change = "bank/checkout#4";
  expect(isMergeApproved(undefined, null)).toBe(true);
  expect(isMergeApproved(1, null)).toBe(false);
  expect(isMergeApproved(1, merged(review("a")))).toBe(true);
  expect(isMergeApproved(2, merged(review("a")))).toBe(false);
  expect(mergeWords(2, merged(review("a")))).toBe(
    "bank/checkout#4 was merged with 1 approvals, the policy wants 2",
  );
  const open = mergeFinding(change, {
    isMerged: false,
    commit: null,
    author: "dev",
    reviews: [review("a")],
  });
  expect([isMergeApproved(1, open), mergeWords(1, open)]).toEqual([
    false,
    `${change} is not merged`,
  ]);
  expect(isMergeApproved(1, mergeFinding(change, null))).toBe(false);
});
