import { expect, it } from "vitest";
import { type ReachedState, rotationPath } from "./rotation-path.ts";

const reached = (...states: ReachedState["state"][]): ReachedState[] =>
  states.map((state, index) => ({ state, at: new Date(index * 1000), note: "" }));
const shape = (now: ReachedState["state"], ...states: ReachedState["state"][]) =>
  rotationPath(now, reached(...states)).map(({ state, stage }) => `${state}:${stage}`);

it("shows what is done, where it is, and what is to come", () => {
  expect(shape("verified", "requested", "staged", "applied", "verified")).toEqual([
    "requested:done",
    "staged:done",
    "applied:done",
    "verified:current",
    "promoted:ahead",
    "grace:ahead",
    "revoking:ahead",
    "verified_dead:ahead",
    "done:ahead",
  ]);
});

it("waits for approval before the staging", () => {
  expect(shape("awaiting_approval", "requested", "awaiting_approval").slice(0, 3)).toEqual([
    "requested:done",
    "awaiting_approval:current",
    "staged:ahead",
  ]);
});

it("a finished rotation has nothing to come", () => {
  const all = shape("done", "requested", "staged", "grace", "revoking", "verified_dead", "done");
  expect(all.every((step) => step.endsWith(":done"))).toBe(true);
  expect(shape("rolled_back", "requested", "staged", "rolled_back")).toEqual([
    "requested:done",
    "staged:done",
    "rolled_back:failed",
  ]);
});

it("trouble that can still be mended keeps the rest of the way", () => {
  expect(shape("revoke_failed", "requested", "grace", "revoking", "revoke_failed")).toEqual([
    "requested:done",
    "grace:done",
    "revoking:done",
    "revoke_failed:failed",
    "verified_dead:ahead",
    "done:ahead",
  ]);
});
