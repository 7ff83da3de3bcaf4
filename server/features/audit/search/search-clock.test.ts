import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { SearchClock, SearchStopped } from "./search-clock.ts";

test("a clock that is over says how long it ran", async () => {
  const clock = new SearchClock(1);
  await delay(5);
  expect(() => clock.check()).toThrow(SearchStopped);
  await expect(clock.pause()).rejects.toMatchObject({
    code: "too_slow",
    args: { seconds: "0.001" },
  });
});

test("a long search lets others have their turn", async () => {
  const clock = new SearchClock(60_000);
  let hadATurn = false;
  setImmediate(() => {
    hadATurn = true;
  });
  const begun = performance.now();
  while (performance.now() - begun < 25);
  await clock.pause();
  expect(hadATurn).toBe(true);
});
