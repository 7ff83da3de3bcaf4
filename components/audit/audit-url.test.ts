import { expect, it } from "vitest";
import { auditFilterOf } from "./audit-url.ts";

it("reads every filter", () => {
  expect(
    auditFilterOf({
      type: "runtime.secrets.rotated",
      outcome: "denied",
      by: "worker",
      subject: "rotation/1",
      actor: "p1",
      trace: "a".repeat(32),
      from: "2026-11-20",
      until: "2026-11-22",
    }),
  ).toEqual({
    types: ["runtime.secrets.rotated"],
    outcomes: ["denied"],
    actorKinds: ["worker"],
    subject: "rotation/1",
    actorRef: "p1",
    traceId: "a".repeat(32),
    from: new Date("2026-11-20T00:00:00Z"),
    until: new Date("2026-11-23T00:00:00Z"),
  });
});

it("narrows nothing by what it can't read", () => {
  const nonsense = {
    type: "<b>",
    outcome: "x",
    by: "y",
    trace: "z",
    from: "soon",
    until: "2026-13-40",
  };
  expect(auditFilterOf(nonsense)).toEqual({});
  expect(auditFilterOf({})).toEqual({});
});
