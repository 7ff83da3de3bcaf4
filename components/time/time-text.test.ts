import { describe, expect, it } from "vitest";
import { absoluteTime, relativeTime, wallClock } from "./time-text.ts";

const asOf = new Date("2026-11-22T10:00:00Z");
const later = (seconds: number) => new Date(asOf.getTime() + seconds * 1000);

describe("relativeTime", () => {
  it.each([
    [0, "now"],
    [45, "in 45 seconds"],
    [-61, "1 minute ago"],
    [3 * 86_400, "in 3 days"],
    [3 * 86_400 - 1, "in 2 days"],
    [-86_400, "yesterday"],
    [-400 * 86_400, "last year"],
    [45 * 86_400, "next month"],
  ])("%d s reads %s", (seconds, text) => {
    expect(relativeTime(later(seconds), asOf, "en")).toBe(text);
  });

  it("speaks Arabic, with Latin digits", () => {
    expect(relativeTime(later(5 * 86_400), asOf, "ar")).toMatch(/5/);
  });
});

describe("absoluteTime", () => {
  it("names the zone and its offset", () => {
    expect(absoluteTime(asOf, "Asia/Muscat")).toBe("2026-11-22 14:00:00 GST (UTC+4)");
    expect(absoluteTime(asOf, "UTC")).toBe("2026-11-22 10:00:00 UTC");
  });

  it("follows summer time", () => {
    expect(absoluteTime(new Date("2026-07-01T10:00:00Z"), "Europe/Berlin")).toBe(
      "2026-07-01 12:00:00 UTC+2",
    );
    expect(wallClock(asOf, "Europe/Berlin")).toBe("2026-11-22 11:00:00");
  });
});
