import { expect, test } from "vitest";
import { SlotPool } from "./slot-pool.ts";

const gate = () => {
  let open = () => undefined as undefined;
  const passed = new Promise<void>((resolve) => {
    open = () => void resolve() as undefined;
  });
  return { passed, open: () => open() };
};

test("a slot is free when something ends, and each name is under way once", async () => {
  const pool = new SlotPool(2, new AbortController().signal);
  const [one, two] = [gate(), gate()];
  pool.start("one", () => one.passed);
  pool.start("two", () => two.passed);
  expect(pool.freeCount).toBe(0);
  expect(pool.has("one")).toBe(true);
  let isFree = false;
  const freed = pool.free().then(() => {
    isFree = true;
  });
  await Promise.resolve();
  expect(isFree).toBe(false);
  one.open();
  await freed;
  expect([pool.freeCount, pool.has("one"), pool.has("two")]).toEqual([1, false, true]);
  two.open();
  await pool.drained();
  expect(pool.freeCount).toBe(2);
});

test("a call ends the pause, also one that came before it", async () => {
  const pool = new SlotPool(1, new AbortController().signal);
  const idle = pool.idle(60_000);
  pool.wake();
  await idle;
  pool.wake();
  await pool.idle(60_000);
  const begun = performance.now();
  await pool.idle(20);
  expect(performance.now() - begun).toBeGreaterThan(15);
});

test("when it is over nothing waits any more, but what is under way is waited for", async () => {
  const stop = new AbortController();
  const pool = new SlotPool(1, stop.signal);
  const one = gate();
  pool.start("one", () => one.passed);
  const waits = [pool.free(), pool.idle(60_000)];
  stop.abort();
  await Promise.race([Promise.all(waits), pool.free()]);
  expect(pool.isOver).toBe(true);
  one.open();
  await pool.drained();
});
