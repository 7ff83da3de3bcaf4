import { expect, test } from "vitest";
import { MIRROR_TIMING, pauseMillis } from "./mirror-timing.ts";

test("pauses double up to the longest, and are drawn between half and all of it", () => {
  const at = (failures: number, drawn: number) => pauseMillis(MIRROR_TIMING, failures, () => drawn);
  expect([0, 1, 2, 3].map((failures) => at(failures, 1))).toEqual([500, 1_000, 2_000, 4_000]);
  expect(at(0, 0)).toBe(250);
  expect(at(40, 1)).toBe(30_000);
});
