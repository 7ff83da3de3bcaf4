import { expect, test } from "vitest";
import { environment } from "#test/fixtures/environment.ts";
import { CSRF_HEADER, refuseCrossSite } from "./csrf.ts";

Object.assign(process.env, environment({ CONSOLE_URL: "https://console.example.om/base" }));

const own = {
  origin: "https://console.example.om",
  [CSRF_HEADER]: "1",
  "sec-fetch-site": "same-origin",
};
const send = (changes: Record<string, string | undefined>) => () => {
  const entries = Object.entries({ ...own, ...changes }).filter(([, value]) => value !== undefined);
  refuseCrossSite(new Headers(entries as [string, string][]));
};

test("our own pages may change things", () => {
  expect(send({})).not.toThrow();
  expect(send({ "sec-fetch-site": undefined })).not.toThrow();
});

test.each<[string, Record<string, string | undefined>]>([
  ["another origin", { origin: "https://evil.example" }],
  ["the same host without TLS", { origin: "http://console.example.om" }],
  ["another port", { origin: "https://console.example.om:8443" }],
  ["a longer host", { origin: "https://console.example.om.evil.example" }],
  ["an opaque origin", { origin: "null" }],
  ["no origin", { origin: undefined }],
  ["no header of ours", { [CSRF_HEADER]: undefined }],
  ["a sibling subdomain", { "sec-fetch-site": "same-site" }],
  ["another site", { "sec-fetch-site": "cross-site" }],
])("%s is refused", (_, changes) => {
  expect(send(changes)).toThrow(expect.objectContaining({ code: "forbidden" }));
});
