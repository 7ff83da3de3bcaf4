import { NextIntlClientProvider } from "next-intl";
import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { EventTypes } from "#server/features/alerts/event-types.ts";
import { DeliveryFault, type WebhookEndpointView } from "#server/features/alerts/schema.ts";
import arabic from "../../../messages/ar/alerts.json" with { type: "json" };
import alerts from "../../../messages/en/alerts.json" with { type: "json" };
import common from "../../../messages/en/common.json" with { type: "json" };
import { EventPicker } from "./event-picker.tsx";
import { DELIVERY_FAULTS, EVERY_SECRET_EVENT, eventType, OFFERED_EVENTS } from "./event-words.ts";
import { LastDelivery } from "./last-delivery.tsx";

const NOW = new Date("2026-11-22T08:00:00Z");
const raise = (error: Error) => {
  throw error;
};
function html(part: ReactNode, words: typeof alerts = alerts): string {
  return renderToStaticMarkup(
    <NextIntlClientProvider
      locale="en"
      messages={{ common, alerts: words }}
      timeZone="UTC"
      onError={raise}
    >
      <AsOfProvider at={NOW}>{part}</AsOfProvider>
    </NextIntlClientProvider>,
  );
}

test("what the form offers may be asked for, and every fault has words in both languages", () => {
  const all = [...OFFERED_EVENTS.map(eventType), EVERY_SECRET_EVENT];
  expect(EventTypes.parse(all)).toEqual([...all].sort());
  expect(DeliveryFault.options).toEqual([...DELIVERY_FAULTS]);
  for (const words of [alerts, arabic as typeof alerts]) {
    html(<EventPicker chosen={[]} onChange={() => undefined} />, words);
    for (const lastError of DELIVERY_FAULTS) {
      html(<LastDelivery endpoint={endpoint({ lastError })} />, words);
    }
  }
});

test("types that the form doesn't offer stay and may be taken away; with all, single ones are off", () => {
  const odd = html(<EventPicker chosen={["runtime.secrets.odd"]} onChange={() => undefined} />);
  expect(odd).toContain("runtime.secrets.odd");
  const every = html(<EventPicker chosen={[EVERY_SECRET_EVENT]} onChange={() => undefined} />);
  expect(every.match(/disabled=""/g)).toHaveLength(OFFERED_EVENTS.length);
});

test("a delivery that failed says why, what waits and what was given up; none says so", () => {
  const shown = html(<LastDelivery endpoint={endpoint({ lastError: "timeout" })} />);
  expect(shown).toContain("Last delivery failed; it is tried again");
  expect(shown).toContain("it did not answer in time");
  expect(shown).toContain("2 deliveries wait");
  expect(shown).toContain("1 delivery was given up in the last 30 days");
  const never = html(<LastDelivery endpoint={{ ...endpoint({}), lastDelivery: null }} />);
  expect(never).toContain("Nothing was sent yet");
});

function endpoint(over: { lastError?: string }): WebhookEndpointView {
  return {
    endpointId: "01900000-0000-7000-8000-000000000000",
    url: "https://hooks.example.om/a",
    description: "",
    enabled: true,
    eventTypes: [],
    createdAt: NOW,
    lastDelivery: {
      state: "pending",
      attempt: 2,
      at: NOW,
      responseStatus: null,
      lastError: over.lastError ?? null,
    },
    waiting: 2,
    failed: 1,
  };
}
