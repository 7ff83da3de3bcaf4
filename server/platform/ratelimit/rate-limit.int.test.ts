import { randomUUID } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import { asSuperuser } from "#test/fixtures/superuser.ts";
import { closeIdentityPools } from "../db/identity-pool.ts";
import { countCall } from "./rate-limit.ts";

afterAll(closeIdentityPools);

async function callsUntilRefused(key: string): Promise<{ calls: number; refusal: unknown }> {
  for (let calls = 0; calls < 200; calls++) {
    try {
      await countCall("address", key);
    } catch (refusal) {
      return { calls, refusal };
    }
  }
  throw new Error("never refused");
}

test("the limit holds, says when to come back, and is each key's own", async () => {
  const { calls, refusal } = await callsUntilRefused(`a-${randomUUID()}`);
  expect(calls).toBe(120);
  expect(refusal).toMatchObject({ code: "rate_limited" });
  const { retryAfterSeconds } = (refusal as { details: { retryAfterSeconds: number } }).details;
  expect(retryAfterSeconds).toBeGreaterThan(0);
  expect(retryAfterSeconds).toBeLessThanOrEqual(60);
  await countCall("address", `b-${randomUUID()}`);
});

test("calls at once are all counted", async () => {
  const key = `c-${randomUUID()}`;
  const calls = Array.from({ length: 150 }, () =>
    countCall("address", key).then(
      () => "passed",
      (error: { code: string }) => error.code,
    ),
  );
  const answers = await Promise.all(calls);
  expect(answers.filter((answer) => answer === "passed")).toHaveLength(120);
  expect(answers.filter((answer) => answer === "rate_limited")).toHaveLength(30);
});

test("when calls can't be counted, none is let through", async () => {
  await asSuperuser("ALTER TABLE rate_limit RENAME TO rate_limit_away");
  try {
    await expect(countCall("address", "d")).rejects.toMatchObject({ code: "unavailable" });
  } finally {
    await asSuperuser("ALTER TABLE rate_limit_away RENAME TO rate_limit");
  }
});
