import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { NextIntlClientProvider } from "next-intl";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import arabic from "../../messages/ar/rotations.json" with { type: "json" };
import english from "../../messages/en/rotations.json" with { type: "json" };
import { knownNote, NOTES } from "./known-note.ts";
import { StepNote } from "./step-note.tsx";

const WORKER = join(import.meta.dirname, "../../server/worker/rotation");
const raise = (error: Error) => {
  throw error;
};

/** Every note that the rotators write, with 7 for what is put in. */
function noted(): string[] {
  const files = readdirSync(WORKER, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !/test|fake/.test(name))
    .map((name) => readFileSync(join(WORKER, name), "utf8"));
  const texts = files.flatMap((text) =>
    [
      ...text.matchAll(
        /(?:\bdone\(\s*|\bnote(?::| =)\s*|\busual =\s*)(?:`((?:[^`$]|\$\{[^{}]*\})*)`|"([^"]*)")/g,
      ),
    ].map(([, template, plain]) =>
      (template || plain || "")
        .replace(/(?<=changed the )\$\{kind\}/, "secret")
        .replace(/; \$\{death\}$/, "")
        .replace(/\$\{[^{}]*\}/g, "7"),
    ),
  );
  return [...new Set(texts)].filter((text) => text !== "");
}

function shown(note: string, locale: "en" | "ar"): string {
  return renderToStaticMarkup(
    <NextIntlClientProvider
      locale={locale}
      timeZone="UTC"
      onError={raise}
      messages={{ rotations: locale === "en" ? english : arabic }}
    >
      <StepNote note={note} />
    </NextIntlClientProvider>,
  )
    .replace(/<[^>]+>|[\u2068\u2069]/g, "")
    .replaceAll("&#x27;", "'");
}

test("what rotators note has words in each language", () => {
  const all = noted();
  expect(all.length).toBeGreaterThan(70);
  const unknown = all.filter((note) =>
    note.split("; ").some((part) => !knownNote(note) && !knownNote(part)),
  );
  expect(unknown).toEqual([]);
});

test("English says what was noted, word by word; Arabic says it in Arabic", () => {
  for (const [key, words] of Object.entries(NOTES)) {
    const note = words.replace("{c}", "no login to try").replace(/\{\w\}/g, "7");
    expect(knownNote(note)?.key, note).toBe(key);
    expect(shown(note, "en")).toBe(note);
    expect(shown(note, "ar"), note).toMatch(/\p{Script=Arabic}/u);
  }
});

test("each part of a note is told for itself, and what has no words is quoted", () => {
  expect(shown("the old login was refused (28P01); 3 sessions ended", "ar")).toBe(
    "رُفض تسجيل الدخول القديم (28P01)؛ الجلسات التي أُنهيت: 3",
  );
  expect(shown("version 4 destroyed", "ar")).toBe("أُتلف الإصدار 4");
  expect(shown("Something else", "ar")).toBe("«Something else»");
});
