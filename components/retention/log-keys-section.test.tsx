import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createTranslator, NextIntlClientProvider } from "next-intl";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it, vi } from "vitest";
import { AsOfProvider } from "#components/time/as-of.tsx";
import arCommon from "../../messages/ar/common.json" with { type: "json" };
import arRetention from "../../messages/ar/retention.json" with { type: "json" };
import common from "../../messages/en/common.json" with { type: "json" };
import retention from "../../messages/en/retention.json" with { type: "json" };
import { LogKeyForm } from "./log-key-form.tsx";
import { LogKeysSection } from "./log-keys-section.tsx";

vi.mock("next/navigation", () => ({ useRouter: () => ({ refresh: () => undefined }) }));

const AT = new Date("2026-11-22T05:00:00Z");
const STATES = ["revoked", "retired", "retiring", "current", "announced"] as const;
const VIEW = {
  origin: "log.test/acme",
  keys: STATES.map((state, at) => ({
    number: at + 1,
    vkey: `log.test/acme+0000000${at}+AAAA`,
    state,
    firstSize: String(at * 100 + 1),
    lastSize: at < 2 ? String(at * 100 + 100) : null,
    from: AT.toISOString(),
    to: at < 2 ? AT.toISOString() : null,
    overlapUntil: state === "retiring" ? AT.toISOString() : null,
    handover: at > 0 ? "note" : null,
    ending: at < 2 ? "note" : null,
  })),
  mayRotate: true,
  dueAt: new Date("2026-12-01T00:00:00Z"),
  toldFrom: AT,
  asOf: AT,
};

/** Fails on any message that is missing or gets the wrong values. */
function html(locale: "en" | "ar"): string {
  const client = new QueryClient();
  client.setQueryData(["logKeys", "acme"], VIEW);
  const messages =
    locale === "en" ? { common, retention } : { common: arCommon, retention: arRetention };
  return renderToStaticMarkup(
    <NextIntlClientProvider
      locale={locale}
      messages={messages}
      timeZone="Asia/Muscat"
      onError={(error) => {
        throw error;
      }}
    >
      <QueryClientProvider client={client}>
        <AsOfProvider at={AT}>
          <LogKeysSection tenantId="acme" />
          <LogKeyForm tenantId="acme" onClose={() => undefined} onDone={() => undefined} />
        </AsOfProvider>
      </QueryClientProvider>
    </NextIntlClientProvider>,
  );
}

it.each(["en", "ar"] as const)("shows each key with its sizes and state, in %s", (locale) => {
  const words = locale === "en" ? retention.logKeys : arRetention.logKeys;
  const shown = html(locale);
  for (const state of STATES) expect(shown).toContain(words.states[state]);
  expect(shown).toContain(words.near);
  expect(shown).toContain(words.form.days);
  expect(shown.match(/<tr/g)).toHaveLength(STATES.length + 1);
});

it("says from and to which size a key signed", () => {
  expect(html("en")).toContain("101 to 200 entries");
  expect(html("en")).toContain("301 entries and more");
});

it.each([
  ["en", retention, "both sign for 1 day: why", "both sign for 30 days: why", "revoke the old one"],
  ["ar", arRetention, "يومًا واحدًا: why", "30 يومًا: why", "وإلغاء القديم فورًا"],
] as const)(
  "a second factor confirms the days or the revocation, and the reason, in %s",
  (locale, messages, one, many, revoked) => {
    const t = createTranslator({ locale, messages: messages as typeof retention });
    expect(t("logKeys.form.words", { days: 1, reason: "why" })).toContain(one);
    expect(t("logKeys.form.words", { days: 30, reason: "why" })).toContain(many);
    const said = t("logKeys.form.wordsRevoked", { reason: "why" });
    expect(said).toContain(revoked);
    expect(said).toContain("why");
  },
);
