import { NextIntlClientProvider } from "next-intl";
import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { formFields } from "#server/engines/delivery/form-fields.ts";
import { SinkConfig } from "#server/engines/delivery/sink-kinds.ts";
import type { DeadLetterView, SinkDetail } from "#server/features/delivery/schema.ts";
import arCommon from "../../messages/ar/common.json" with { type: "json" };
import arDelivery from "../../messages/ar/delivery.json" with { type: "json" };
import arTrouble from "../../messages/ar/trouble.json" with { type: "json" };
import common from "../../messages/en/common.json" with { type: "json" };
import delivery from "../../messages/en/delivery.json" with { type: "json" };
import trouble from "../../messages/en/trouble.json" with { type: "json" };
import { DeadLetterRow } from "./dead-letter-row.tsx";
import { MinutesChart } from "./minutes-chart.tsx";
import { SinkBackfills } from "./sink-backfills.tsx";
import { SinkFacts } from "./sink-facts.tsx";
import { SinkForm } from "./sink-form.tsx";
import { SinkTrouble } from "./sink-trouble.tsx";

const NOW = new Date("2026-11-22T08:00:00Z");
const ago = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);
const raise = (error: Error) => {
  throw error;
};
const nothing = () => undefined;

function html(part: ReactNode, locale: "en" | "ar" = "en"): string {
  const messages =
    locale === "en"
      ? { common, delivery, trouble }
      : { common: arCommon, delivery: arDelivery, trouble: arTrouble };
  return renderToStaticMarkup(
    <NextIntlClientProvider locale={locale} messages={messages} timeZone="UTC" onError={raise}>
      <AsOfProvider at={NOW}>{part}</AsOfProvider>
    </NextIntlClientProvider>,
  );
}

const cursor: SinkDetail["live"] = {
  cursorId: "c1",
  kind: "live",
  state: "running",
  fromLeaf: "0",
  nextLeaf: "40",
  untilLeaf: null,
  query: "",
  since: null,
  until: null,
  startedAt: ago(90),
  finishedAt: null,
  delivered: "40",
  passedOver: "3",
  rejected: "1",
  retried: "5",
  failures: 5,
  circuit: "open",
  nextAttemptAt: NOW,
  deliveredAt: ago(2),
  trouble: { field: "token", message: "HTTP 401", remedy: "Renew the token.", at: ago(1) },
};
const sink: SinkDetail = {
  sinkId: "s1",
  name: "Archive",
  kind: "webhook",
  target: "https://hooks.example.com",
  state: "active",
  revision: 3,
  query: "outcome:denied",
  maskingRules: 1,
  createdAt: ago(100),
  live: cursor,
  lagEvents: "12",
  lagSeconds: 400,
  laggingSince: NOW,
  perMinute: 7.5,
  failures: 5,
  rejected: 1,
  deadLetters: 1,
  backfillsRunning: 1,
  config: SinkConfig.parse({
    kind: "webhook",
    url: "https://hooks.example.com/in",
    token: { path: "siem/hook" },
  }),
  masking: [{ at: "*email*", action: "hash" }],
  cursors: [{ ...cursor, kind: "backfill", untilLeaf: "80", query: "type:runtime.secrets.*" }],
  minutes: [{ at: ago(3), delivered: 20, rejected: 1, failures: 2 }],
  asOf: NOW,
};
const letter: DeadLetterView = {
  letterId: "l1",
  sinkId: "s1",
  sinkName: "Archive",
  eventId: "e1",
  type: "runtime.secrets.rotated",
  leafIndex: "7",
  reason: "the receiver answered 422",
  attempts: 2,
  state: "waiting",
  deadAt: ago(4),
  settledAt: null,
};

function everything(locale: "en" | "ar"): string {
  const panel = html(
    <>
      <SinkTrouble cursor={cursor} />
      <SinkFacts sink={sink} />
      <MinutesChart minutes={sink.minutes} asOf={NOW} />
      <SinkBackfills tenantId="acme-shop" cursors={sink.cursors} onChanged={nothing} />
      <DeadLetterRow letter={letter} mayManage onInspect={nothing} onSettle={nothing} />
    </>,
    locale,
  );
  const forms = formFields();
  const form = html(
    <SinkForm tenantId="acme-shop" forms={forms} sink={sink} onClose={nothing} onDone={nothing} />,
    locale,
  );
  return panel + form;
}

test("a sink in trouble says which field, what to do, and how far behind it is", () => {
  const shown = everything("en");
  for (const words of [
    "Token: ",
    "HTTP 401",
    "Renew the token.",
    "12 events",
    "the oldest 7 minutes old",
    "50% done",
    "Refused 2 times",
    "siem/hook",
    "*email*",
    "outcome:denied",
  ]) {
    expect(shown).toContain(words);
  }
});

test("every part has its words in Arabic", () => {
  expect(everything("ar")).toContain("رُفضت مرتين");
});

test("each kind's form is drawn, field by field", () => {
  for (const form of formFields()) {
    const shown = html(
      <SinkForm
        tenantId="acme-shop"
        forms={[form]}
        sink={null}
        onClose={nothing}
        onDone={nothing}
      />,
    );
    expect(shown.match(/<(input|textarea|select)\b/g)?.length).toBeGreaterThanOrEqual(
      form.fields.length + 3,
    );
  }
});

test("who may not manage is told why", () => {
  const shown = html(
    <DeadLetterRow letter={letter} mayManage={false} onInspect={nothing} onSettle={nothing} />,
  );
  expect(shown).toContain("runtime.delivery.manage");
});

test.each([
  ["HTTP 401", "قال: «\u2068HTTP 401\u2069»"],
  [
    "the receiver takes none of the events: refused the request (400)",
    "لا يأخذ المستقبِل أيًا من الأحداث: رفض المستقبِل الطلب (\u2068400\u2069)",
  ],
  ["the receiver answered 400", "أجاب المستقبِل بالرمز \u2068400\u2069"],
  ["it did not answer", "لم يجب"],
  [
    "the vault could not be read at acme/siem (unreachable)",
    `تعذّرت قراءة الخزنة عند \u2068acme/siem\u2069 (${arTrouble.what.vault_unreachable})`,
  ],
])("%s is told in Arabic; what a receiver says itself is a quotation in it", (message, words) => {
  const letterOf = { ...letter, reason: message };
  const shown = html(
    <DeadLetterRow letter={letterOf} mayManage onInspect={nothing} onSettle={nothing} />,
    "ar",
  );
  expect(shown).toContain(words);
});
