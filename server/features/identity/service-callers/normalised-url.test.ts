import { expect, test } from "vitest";
import { normalisedUrl } from "./normalised-url.ts";

const URL_ = "https://console.example/api/v1/deployments/a-b";

test.each([
  ["HTTPS://CONSOLE.example:443/api/v1/deployments/a-b", URL_],
  ["https://console.example/api/v1/deployments/a-b?x=1#y", URL_],
  ["https://console.example/api/v1/./x/../deployments/%61%2Db", URL_],
  ["https://console.example/a%2fb", "https://console.example/a%2Fb"],
  ["https://console.example", "https://console.example/"],
])("%s", (text, expected) => {
  expect(normalisedUrl(text)).toBe(expected);
});

test.each([
  "http://console.example/api/v1/deployments/a-b",
  "https://console.example:8443/api/v1/deployments/a-b",
  "https://console.example.evil/api/v1/deployments/a-b",
  "https://console.example/api/v1/deployments/a-b/",
  "https://console.example/API/v1/deployments/a-b",
  "https://console.example/api/v1/deployments%2Fa-b",
])("%s is another", (text) => {
  expect(normalisedUrl(text)).not.toBe(URL_);
});

test.each([
  "",
  "/api/v1",
  "ftp://console.example/",
  "https://user@console.example/",
  "javascript:x",
])("%s is none", (text) => {
  expect(normalisedUrl(text)).toBeNull();
});
