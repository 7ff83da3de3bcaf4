import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { LOCALES } from "./locales.ts";
import { type MessageTree, mergeMessages } from "./merge-messages.ts";
import { NAMESPACES } from "./namespaces.ts";

const root = join(import.meta.dirname, "../../messages");
const read = (locale: string, name: string) =>
  JSON.parse(readFileSync(join(root, locale, `${name}.json`), "utf8")) as MessageTree;

/** `a.b` → text, for every message of a tree. */
function flat(tree: MessageTree, prefix = ""): Map<string, string> {
  const all = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === "string") all.set(prefix + key, value);
    else
      for (const [below, text] of flat(value as MessageTree, `${prefix}${key}.`))
        all.set(below, text);
  }
  return all;
}
/** `{name}`, `{count, plural, …}` and `<tag>`, but not the words inside of a plural's branch. */
const SLOT = /(?<!(?:=\d+|zero|one|two|few|many|other)\s*)\{\s*(\w+)\s*[,}]|<(\w+)>/g;

/** The arguments and tags that a message takes, whatever its words. */
function slots(text: string): string[] {
  const names = text.matchAll(SLOT);
  return [...new Set([...names].map((found) => found[1] ?? `<${found[2]}>`))].sort();
}

describe.each(LOCALES)("messages in %s", (locale) => {
  it("has the files of the namespaces and no other", () => {
    const files = readdirSync(join(root, locale)).sort();
    expect(files).toEqual([...NAMESPACES].map((name) => `${name}.json`).sort());
  });

  it.each([...NAMESPACES])(
    "%s says nothing that English does not say, with the same slots",
    (name) => {
      const english = flat(read("en", name));
      for (const [key, text] of flat(read(locale, name))) {
        expect(english.has(key), `${name}.${key} is not in English`).toBe(true);
        expect(slots(text), `${name}.${key}`).toEqual(slots(english.get(key) ?? ""));
      }
    },
  );
});

it("falls back to English key by key", () => {
  const merged = mergeMessages({ a: "A", b: { c: "C", d: "D" } }, { b: { d: "د" } });
  expect(merged).toEqual({ a: "A", b: { c: "C", d: "د" } });
});
