import { expect, test } from "vitest";
import { eventTypes } from "#server/engines/ocsf/testing/event-types.ts";
import ar from "../../messages/ar/audit.json" with { type: "json" };
import en from "../../messages/en/audit.json" with { type: "json" };

type Words = Record<string, Record<string, string>>;

test.each([
  ["English", en.verbs as Words],
  ["Arabic", ar.verbs as Words],
])("every event that the server writes has words in %s", (_language, words) => {
  const { types, families } = eventTypes();
  expect(types.length).toBeGreaterThan(150);
  const wordless = types.filter((type) => {
    const [, domain = "", act = ""] = type.split(".");
    return !words[domain]?.[act];
  });
  expect(wordless).toEqual([]);
  const unknown = families.filter((family) => {
    const [, domain = "", beginning = ""] = family.split(".");
    return (
      domain !== "received" &&
      !Object.keys(words[domain] ?? {}).some((act) => act.startsWith(beginning))
    );
  });
  expect(unknown).toEqual([]);
});
