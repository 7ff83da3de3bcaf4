import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { knownTrouble } from "./known-trouble.ts";

const SERVER = join(import.meta.dirname, "../../server");
/** Put together of others, or of the receiver's own words. */
const ELSEWHERE = [/^application\//, /^OpenSearch answered 7/, /^7(: look at the index)?$/];

/** Every message and reason that the drivers and the worker write, with 7 for what is put in. */
function said(): string[] {
  const files = ["integrations/sinks", "worker/delivery"].flatMap((folder) =>
    readdirSync(join(SERVER, folder))
      .filter((name) => name.endsWith(".ts") && !/\.(int\.)?test\.ts$/.test(name))
      .map((name) => readFileSync(join(SERVER, folder, name), "utf8")),
  );
  const texts = files.flatMap((text) =>
    [
      ...text.matchAll(/(?:[?:]|\?\?|later\()\s+?"()([a-z][^"]* [^"]*)"/g),
      ...text.matchAll(/later\("()([^"]*)"/g),
      ...text.matchAll(/\b(?:message|reason)(?::| =)\s*(?:`((?:[^`$]|\$\{[^{}]*\})*)`|"([^"]*)")/g),
    ].map(([, template, plain]) => (template || plain || "").replace(/\$\{[^{}]*\}/g, "7")),
  );
  return [...new Set(texts)].filter((text) => !ELSEWHERE.some((other) => other.test(text)));
}

test("what drivers say of a receiver has words in each language", () => {
  const all = said();
  expect(all.length).toBeGreaterThan(25);
  expect(all.filter((text) => knownTrouble(text) === null)).toEqual([]);
});

test.each([
  ["https://siem.example refused the login (401)", "loginRefused", "https://siem.example", "401"],
  [
    "OpenSearch answered 404 index_not_found_exception: look at the index",
    "answeredIndex",
    "OpenSearch",
    "404 index_not_found_exception",
  ],
  [
    "OpenSearch answered 400 mapper_parsing_exception",
    "answered",
    "OpenSearch",
    "400 mapper_parsing_exception",
  ],
  [
    "no trusted connection to siem.example:6514 (CERT_HAS_EXPIRED)",
    "noTrust",
    "siem.example:6514",
    "CERT_HAS_EXPIRED",
  ],
  ["no trusted connection to siem.example:6514", "noTrust", "siem.example:6514", ""],
  ["the stream AUDIT does not take audit.events", "streamTakesNot", "AUDIT", "audit.events"],
])("%s", (text, key, a, b) => {
  expect(knownTrouble(text)).toEqual({ key, a, b });
});

test("anything else stays as it was said", () => {
  expect(knownTrouble("ECONNRESET read")).toBeNull();
});
