import { NextIntlClientProvider } from "next-intl";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it, vi } from "vitest";
import arabicAudit from "../../messages/ar/audit.json" with { type: "json" };
import arabicDiff from "../../messages/ar/diff.json" with { type: "json" };
import audit from "../../messages/en/audit.json" with { type: "json" };
import common from "../../messages/en/common.json" with { type: "json" };
import diff from "../../messages/en/diff.json" with { type: "json" };
import { EventChange } from "./event-change.tsx";

vi.mock("next/navigation", () => ({
  usePathname: () => "/t/a/audit",
  useSearchParams: () => new URLSearchParams(),
}));

function html(
  payload: unknown,
  messages: object = { audit, common, diff },
  locale: "en" | "ar" = "en",
): string {
  return renderToStaticMarkup(
    <NextIntlClientProvider
      locale={locale}
      messages={messages as never}
      timeZone="UTC"
      onError={(error) => {
        throw error;
      }}
    >
      <EventChange payload={payload} />
    </NextIntlClientProvider>,
  );
}

it("shows what changed as before and after, not as desired and live", () => {
  const text = html({ before: { tier: "gold", keep: 1 }, after: { tier: "silver", keep: 1 } });
  expect(text).toContain("1 field differs");
  expect(text).toContain("Before");
  expect(text).toContain("After");
  expect(text).toContain("gold");
  expect(text).toContain("silver");
  expect(text).not.toMatch(/Desired|Live/);
});

it("shows what is new and what was removed as a whole, lists as lists", () => {
  expect(html({ before: null, after: { a: 1 } })).toContain("All of it is new");
  expect(html({ before: { a: 1 }, after: null })).toContain("All of it was removed");
  expect(html({ before: ["a"], after: ["a", "b"] })).toContain("1 field differs");
});

it("says so when nothing changed, and nothing when the payload tells no change", () => {
  expect(html({ before: { a: 1 }, after: { a: 1 } })).toContain("Before and after are the same.");
  expect(html({ reason: "x" })).toBe("");
});

it("speaks Arabic", () => {
  const messages = { audit: arabicAudit, common, diff: arabicDiff };
  expect(html({ before: { a: 1 }, after: { a: 2 } }, messages, "ar")).toMatch(/قبل.*بعد/s);
});
