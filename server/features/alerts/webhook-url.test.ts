import { describe, expect, test } from "vitest";
import { backoffSeconds } from "./delivery-schedule.ts";
import { isPublicAddress, webhookUrl } from "./webhook-url.ts";

describe("production", () => {
  test.each([
    ["https://hooks.example.om/a?b=c#d", "https://hooks.example.om/a?b=c"],
    ["HTTPS://Hooks.Example.om", "https://hooks.example.om/"],
    ["https://8.8.8.8/x", "https://8.8.8.8/x"],
    ["https://[2606:4700::1111]/", "https://[2606:4700::1111]/"],
  ])("takes %s", (given, normal) => {
    expect(webhookUrl(given, false)).toBe(normal);
  });

  test.each([
    ["not a url", /not a URL/],
    ["http://hooks.example.om/", /https/],
    ["ftp://hooks.example.om/", /https/],
    ["https://user:pass@hooks.example.om/", /user or a password/],
    ["https://localhost/", /private/],
    ["https://a.localhost./", /private/],
    ["https://vault/", /private/],
    ["https://db.internal/", /private/],
    ["https://127.0.0.1/", /private/],
    ["https://127.1/", /private/],
    ["https://0x7f000001/", /private/],
    ["https://2130706433/", /private/],
    ["https://10.1.2.3/", /private/],
    ["https://169.254.169.254/latest", /private/],
    ["https://192.168.0.1/", /private/],
    ["https://[::1]/", /private/],
    ["https://[::ffff:127.0.0.1]/", /private/],
    ["https://[fd00::1]/", /private/],
    ["https://[fe80::1]/", /private/],
    ["https://[2002:7f00:1::]/", /private/],
    ["https://[64:ff9b::7f00:1]/", /private/],
  ])("refuses %s and says why", (given, why) => {
    expect(() => webhookUrl(given, false)).toThrow(why);
  });
});

test("a demo may call its own machine without TLS, and still no passwords or other schemes", () => {
  expect(webhookUrl("http://127.0.0.1:9/x", true)).toBe("http://127.0.0.1:9/x");
  expect(() => webhookUrl("http://u:p@localhost/", true)).toThrow(/password/);
  expect(() => webhookUrl("file:///etc/passwd", true)).toThrow(/https/);
});

test("an address that is none is not public", () => {
  expect(isPublicAddress("hooks.example.om")).toBe(false);
  expect(isPublicAddress("172.32.0.1")).toBe(true);
  expect(isPublicAddress("172.31.0.1")).toBe(false);
});

test("pauses grow, stay within their bounds and differ", () => {
  const lows = [1, 2, 3, 4, 5, 6, 7, 8].map((attempt) => backoffSeconds(attempt, 0));
  const highs = [1, 2, 3, 4, 5, 6, 7, 8].map((attempt) => backoffSeconds(attempt, 0.999));
  expect(lows).toEqual([3, 10, 40, 160, 640, 1800, 1800, 1800]);
  expect(highs).toEqual([5, 20, 80, 320, 1279, 3598, 3598, 3598]);
});
