import { NextIntlClientProvider } from "next-intl";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { FRAMEWORKS } from "#server/engines/compliance/frameworks.ts";
import arabic from "../../messages/ar/compliance.json" with { type: "json" };
import english from "../../messages/en/compliance.json" with { type: "json" };
import { ReasonSentence } from "./reason-sentence.tsx";

const raise = (error: Error) => {
  throw error;
};

function contradiction(trouble: string, locale: "en" | "ar"): string {
  const messages = { compliance: locale === "en" ? english : arabic };
  return renderToStaticMarkup(
    <NextIntlClientProvider locale={locale} messages={messages} timeZone="UTC" onError={raise}>
      <ReasonSentence reason="witness-contradicts" params={{ witness: "w1", trouble }} />
    </NextIntlClientProvider>,
  ).replace(/[\u2068\u2069]/g, "");
}

test("how a witness contradicts the log is told in words of each language", () => {
  expect(contradiction("ahead", "en")).toBe(
    "w1 contradicts the log: it saw more entries than the log has.",
  );
  for (const trouble of ["ahead", "forked", "bad-answer"])
    expect(contradiction(trouble, "ar")).toMatch(/^w1 يناقض السجل: [^a-z]+\.$/u);
});

test("each framework has its whole name in each language", () => {
  for (const { id, title } of FRAMEWORKS) {
    expect(english.frameworkTitle[id]).toBe(title);
    expect(arabic.frameworkTitle[id]).not.toMatch(/Regulation|Directive|Annex/);
  }
});
