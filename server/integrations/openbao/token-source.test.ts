import { expect, test, vi } from "vitest";
import { SecretValue } from "#server/platform/secret-value.ts";
import { tokenSource } from "./token-source.ts";

const login = (name: string, ttlSeconds: number) => ({
  token: SecretValue.of(name),
  policies: [],
  ttlSeconds,
  isRenewable: false,
});

test("one login serves all calls until two thirds of its life are over", async () => {
  let now = 0;
  const logIn = vi.fn().mockResolvedValueOnce(login("one", 90)).mockResolvedValue(login("two", 90));
  const token = tokenSource(logIn, () => now);
  const first = await Promise.all([token(), token(), token()]);
  expect(first.map((each) => each.reveal())).toEqual(["one", "one", "one"]);
  now = 59_000;
  expect((await token()).reveal()).toBe("one");
  now = 61_000;
  expect((await token()).reveal()).toBe("two");
  expect(logIn).toHaveBeenCalledTimes(2);
});

test("a failed login is told to all who waited, and tried again by the next", async () => {
  const logIn = vi.fn().mockRejectedValueOnce(new Error("down")).mockResolvedValue(login("up", 0));
  const token = tokenSource(logIn, () => 0);
  const both = await Promise.allSettled([token(), token()]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect((await token()).reveal()).toBe("up");
  expect(logIn).toHaveBeenCalledTimes(2);
});

test("a refused token is replaced once it is no longer new, and a second refusal of it is old news", async () => {
  let now = 0;
  const logIn = vi.fn().mockResolvedValueOnce(login("one", 0)).mockResolvedValue(login("two", 0));
  const token = tokenSource(logIn, () => now);
  const one = await token();
  expect(token.refused(one)).toBe(false);
  now = 6_000;
  expect(token.refused(one)).toBe(true);
  expect((await token()).reveal()).toBe("two");
  expect(token.refused(one)).toBe(true);
  expect((await token()).reveal()).toBe("two");
  expect(logIn).toHaveBeenCalledTimes(2);
});
