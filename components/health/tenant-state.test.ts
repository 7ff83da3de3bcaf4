import { describe, expect, it } from "vitest";
import type { TenantCounts } from "#server/features/platform/schema.ts";
import { tenantState } from "./tenant-state.ts";

const asOf = new Date("2026-11-22T12:00:00Z");
const ago = (seconds: number) => new Date(asOf.getTime() - seconds * 1_000);
const calm: TenantCounts = {
  tenantId: "shop",
  kind: "organization",
  credentials: 3,
  unfinishedRotations: 1,
  troubledRotations: 0,
  oldestDueAt: ago(5),
  openAlerts: 2,
  unsealedEvents: 1,
  oldestUnsealedAt: ago(1),
  sealedEvents: 10,
  sealedAt: ago(1),
};

describe("tenantState", () => {
  it.each([
    ["ok", {}],
    ["ok", { oldestDueAt: null, oldestUnsealedAt: null }],
    ["late", { oldestDueAt: ago(61) }],
    ["unsealed", { oldestUnsealedAt: ago(61) }],
    ["trouble", { troubledRotations: 1, oldestDueAt: ago(600), oldestUnsealedAt: ago(600) }],
  ] as const)("is %s with %o", (state, change) => {
    expect(tenantState({ ...calm, ...change }, asOf)).toBe(state);
  });
});
