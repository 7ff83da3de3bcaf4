import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { NextIntlClientProvider } from "next-intl";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import arabic from "../../messages/ar/alerts.json" with { type: "json" };
import english from "../../messages/en/alerts.json" with { type: "json" };
import { AlertWords } from "./alert-words.tsx";

const SERVER = join(import.meta.dirname, "../../server");
/** Notices, which are sent to subscribers and are on no screen. */
const NOTICES = /^(?:elevation|deployment)-$/;

/** The kinds of alerts that stand in files which raise one, with what ends a kind left out. */
function kinds(): string[] {
  const files = readdirSync(SERVER, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !/\.test\.ts$|testing\//.test(name))
    .map((name) => readFileSync(join(SERVER, name), "utf8"))
    .filter((text) => text.includes("raiseAlert,"));
  const found = files.flatMap((text) => [
    ...text.matchAll(/\bkind: (?:[^\n]*\? )?"([a-z-]+)"(?: : "([a-z-]+)")?,\n\s+severity/g),
    ...text.matchAll(/\bkind: `([a-z-]+-)\$\{[^`]*`/g),
  ]);
  return [...new Set(found.flatMap(([, one, other]) => [one, other]).filter((each) => !!each))]
    .map((each) => each as string)
    .filter((kind) => !NOTICES.test(kind));
}

test("every kind of alert has words in each language", () => {
  const all = kinds();
  expect(all.length).toBeGreaterThan(15);
  for (const kind of all) {
    const same = Object.keys(english.kind).filter((each) =>
      kind.endsWith("-") ? each.startsWith(kind) : each === kind,
    );
    expect(same.length, kind).toBeGreaterThan(0);
    for (const each of same)
      expect(arabic.kind[each as keyof typeof arabic.kind], each).toMatch(/\p{Script=Arabic}/u);
  }
});

test("an alert tells its kind, and quotes what it was raised with", () => {
  const shown = (locale: "en" | "ar") =>
    renderToStaticMarkup(
      <NextIntlClientProvider
        locale={locale}
        timeZone="UTC"
        messages={{ alerts: locale === "en" ? english : arabic }}
      >
        <AlertWords kind="sink-lagging" detail="siem is behind" />
      </NextIntlClientProvider>,
    );
  expect(shown("en")).toBe("siem is behind");
  expect(shown("ar")).toBe("وجهة متأخرة <q>\u2068siem is behind\u2069</q>");
});
