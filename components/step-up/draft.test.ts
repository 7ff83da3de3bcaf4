import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keepDraft, takeDraft } from "./draft.ts";
import { hasDraft } from "./has-draft.ts";

const kept = new Map<string, string>();

beforeEach(() => {
  kept.clear();
  vi.stubGlobal("window", {
    location: { search: "?tab=open&step-up=proved" },
    sessionStorage: {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
      removeItem: (key: string) => kept.delete(key),
    },
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const draft = {
  act: "approvals.review",
  digest: "ab".repeat(32),
  methods: ["oidc"] as const,
  input: { comment: "@home, as agreed", until: new Date("2026-11-22T10:00:00Z") },
};

test("what was written comes back once, dates and all, to its own form alone", () => {
  keepDraft("a/1", draft);
  expect(takeDraft("a/2")).toBeNull();
  expect(hasDraft("a/1")).toBe(true);
  expect(takeDraft("a/1")).toEqual(draft);
  expect(hasDraft("a/1")).toBe(false);
  expect(takeDraft("a/1")).toBeNull();
});

test("an old draft is dropped, so is one that is none", () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  keepDraft("a/1", draft);
  vi.setSystemTime(Date.now() + 16 * 60_000);
  expect(takeDraft("a/1")).toBeNull();
  kept.set("step-up:a/1", "{");
  expect(takeDraft("a/1")).toBeNull();
});

test("without the provider's word in the address nobody came back", () => {
  keepDraft("a/1", draft);
  window.location.search = "?tab=open";
  expect(hasDraft("a/1")).toBe(false);
});
