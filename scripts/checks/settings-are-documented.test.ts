import { expect, test } from "vitest";
import { settingsAreDocumented } from "./settings-are-documented.ts";

const schema = (...names: string[]) => [
  {
    path: "server/env.ts",
    text: `const schema = z.object({\n${names.map((each) => `  ${each}: z.string(),`).join("\n")}\n});`,
  },
];
const page = (text: string) => [{ path: "README.md", text }];

test("takes a setting that a page names, also by the end of its name beside the first of the line", () => {
  const settings = schema("LOG_LEVEL", "DATABASE_URL_TENANT", "DATABASE_URL_WORKER");
  const text = "| `LOG_LEVEL` | pino |\n| `DATABASE_URL_TENANT`, `_WORKER` | logins |";
  expect(settingsAreDocumented(settings, page(text))).toEqual([]);
});

test("names a setting that no page names, with its line", () => {
  const breaches = settingsAreDocumented(schema("LOG_LEVEL", "DATA_DIR"), page("`LOG_LEVEL`"));
  expect(breaches).toMatchObject([{ file: "server/env.ts", line: 3 }]);
  expect(breaches[0]?.problem).toContain("DATA_DIR is named in no page");
});

test("a longer name does not name a shorter one", () => {
  expect(settingsAreDocumented(schema("DATA"), page("`DATA_DIR`"))).toHaveLength(1);
});

test("fails without settings", () =>
  expect(() => settingsAreDocumented([], page(""))).toThrow("prove nothing"));
