import { readFileSync } from "node:fs";
import { join } from "node:path";
import { NextIntlClientProvider } from "next-intl";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { RETENTION_CLASSES } from "#server/engines/retention/retention-classes.ts";
import { slugOf } from "#server/engines/words/slug-of.ts";
import arRefusals from "../../messages/ar/refusals.json" with { type: "json" };
import arRetention from "../../messages/ar/retention.json" with { type: "json" };
import arTrouble from "../../messages/ar/trouble.json" with { type: "json" };
import refusals from "../../messages/en/refusals.json" with { type: "json" };
import retention from "../../messages/en/retention.json" with { type: "json" };
import trouble from "../../messages/en/trouble.json" with { type: "json" };
import { ActTrouble } from "./act-trouble.tsx";
import { knownActTrouble } from "./known-act-trouble.ts";

const raise = (error: Error) => {
  throw error;
};
const shown = (said: string, locale: "en" | "ar") =>
  renderToStaticMarkup(
    <NextIntlClientProvider
      locale={locale}
      timeZone="UTC"
      onError={raise}
      messages={
        locale === "en" ? { retention, trouble } : { retention: arRetention, trouble: arTrouble }
      }
    >
      <ActTrouble said={said} />
    </NextIntlClientProvider>,
  ).replace(/<[^>]+>|[\u2068\u2069]/g, "");

/** What may stand for why an approval did not carry the act: the states and the refusals of an approval. */
function approvalWords(): string[] {
  const schema = readFileSync(
    join(import.meta.dirname, "../../server/features/approvals/schema.ts"),
    "utf8",
  );
  const lists = [/APPROVAL_STATES = \[([^\]]+)\]/, /why: z\.enum\(\[([^\]]+)\]\)/];
  return lists.flatMap((list) =>
    [...(list.exec(schema)?.[1] ?? "").matchAll(/"([\w-]+)"/g)].map(([, word = ""]) => word),
  );
}

test("why an act was not carried out has words in each language", () => {
  // Open is what waits still: nothing is refused by it.
  const all = approvalWords().filter((word) => word !== "open");
  expect(all.length).toBeGreaterThan(8);
  for (const said of all) {
    expect(knownActTrouble(said), said).not.toBeNull();
    expect(shown(said, "ar"), said).toMatch(/^\p{Script=Arabic}[^a-z]+$/u);
  }
});

test.each([
  ["legal hold C-7", "C-7"],
  ["wrapped: is not a 32-byte key wrapped for the import key", "32"],
  ["it could not be carried out; see the worker's log", "تعذّر التنفيذ"],
  ["OpenBao transit rewrap: sealed (HTTP 503)", arTrouble.what.vault_sealed],
  ["ECONNRESET", "«ECONNRESET»"],
])("%s", (said, words) => {
  expect(shown(said, "ar")).toContain(words);
  expect(shown(said, "ar")).toMatch(/\p{Script=Arabic}|«/u);
});

test("the law that asks for a term has a name in each language", () => {
  for (const { source } of Object.values(RETENTION_CLASSES)) {
    const key = slugOf(source) as keyof typeof refusals.lawSource;
    expect(refusals.lawSource[key]).toBe(source);
    expect(arRefusals.lawSource[key]).toMatch(/\p{Script=Arabic}/u);
  }
});
