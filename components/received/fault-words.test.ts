import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { faultSaid } from "#server/engines/cloud-events/fault-said.ts";
import arabic from "../../messages/ar/refusals.json" with { type: "json" };
import english from "../../messages/en/refusals.json" with { type: "json" };

const SERVER = join(import.meta.dirname, "../../server");
const FOLDERS = ["engines/cloud-events", "engines/ingest", "features/ingest"];
const FIELD = "source";

/** Every sentence that says what is wrong with an event, with one field in place of each. */
function faults(): string[] {
  const texts = FOLDERS.flatMap((folder) =>
    readdirSync(join(SERVER, folder))
      .filter((name) => name.endsWith(".ts") && !/\.(int\.)?test\.ts$/.test(name))
      .map((name) => readFileSync(join(SERVER, folder, name), "utf8")),
  ).join("\n");
  const whole = [
    ...texts.matchAll(/\bdetail(?::| =)\s*(?:"([^"]+)"|`([^`]+)`)/g),
    ...texts.matchAll(/\bmalformed\((?:[^();]*?, )?(?:"([A-Z][^"]+\.)"|`([^`]+\.)`)\)/g),
    ...texts.matchAll(/\bmalformed\([^();]*?, "(\w+ [^"]+\.)"\)/g),
  ].map(([, plain, template]) => (plain ?? template ?? "").replace(/^\$\{.*\}(?= )/, FIELD));
  const words = [...texts.matchAll(/\bfault\((null|\w+|"\w+"), (?:"([^"]+)"|'([^']+)')\)/g)].map(
    ([, field, one, other]) => `${field === "null" ? "The event" : FIELD} ${one ?? other}.`,
  );
  return [...new Set([...whole, ...words])].filter((text) => !text.includes("${"));
}

test("what is wrong with an event has words in each language", () => {
  const all = faults();
  expect(all.length).toBeGreaterThan(25);
  for (const detail of all) {
    const field = detail.split(" ", 1)[0] ?? "";
    const key = faultSaid(detail, /^[a-z]/.test(field) ? field : null).key.slice("input.".length);
    expect((english.input as Record<string, string>)[key], `${detail} (${key})`).toBeDefined();
    expect((arabic.input as Record<string, string>)[key], `${detail} (${key})`).toMatch(
      /\p{Script=Arabic}/u,
    );
  }
});

test("a fault names its field, in its own direction", () => {
  expect(faultSaid("time is missing.", "time")).toEqual({
    key: "input.is-missing",
    args: { field: "\u2068time\u2069" },
  });
  expect(faultSaid("The body is not JSON.", "body").key).toBe("input.the-body-is-not-json");
});
