import { NextIntlClientProvider } from "next-intl";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { AsOfProvider } from "#components/time/as-of.tsx";
import arCommon from "../../messages/ar/common.json" with { type: "json" };
import arLeases from "../../messages/ar/leases.json" with { type: "json" };
import common from "../../messages/en/common.json" with { type: "json" };
import leases from "../../messages/en/leases.json" with { type: "json" };
import { ExpiryCountdown } from "./expiry-countdown.tsx";
import { LeasePanel } from "./lease-panel.tsx";
import type { LeaseRow } from "./lease-row.ts";

const NOW = new Date("2026-03-01T10:00:00Z");
const LEASE: LeaseRow = {
  leaseId: "01890000-0000-7000-8000-000000000001",
  bindingId: "01890000-0000-7000-8000-000000000002",
  credential: "reporting-reader",
  environment: "prod",
  workload: "reporting-jobs",
  mount: "database",
  role: "reporting",
  username: "v-reporting-1",
  state: "active",
  isCurrent: true,
  requestedAt: NOW,
  issuedAt: NOW,
  renewedAt: null,
  expiresAt: new Date(NOW.getTime() + (54 * 60 + 9) * 1_000),
  endedAt: null,
  proof: null,
  errorText: null,
  may: { renew: true, revoke: true },
};

function textOf(node: React.ReactNode, locale: "en" | "ar" = "en"): string {
  const messages = locale === "en" ? { common, leases } : { common: arCommon, leases: arLeases };
  return renderToStaticMarkup(
    <NextIntlClientProvider locale={locale} messages={messages} timeZone="UTC">
      <AsOfProvider at={NOW}>{node}</AsOfProvider>
    </NextIntlClientProvider>,
  );
}
const panel = (change: Partial<LeaseRow> = {}, mayManage = true) =>
  textOf(
    <LeasePanel
      tenantId="acme-shop"
      lease={{ ...LEASE, ...change }}
      mayManage={mayManage}
      onAct={() => undefined}
      onClose={() => undefined}
    />,
  );

it.each([
  [54 * 60 + 9, "54:09"],
  [23 * 3600 + 600, "23:10:00"],
  [0, "Run out"],
  [-5, "Run out"],
])("%d seconds before its end it says %s, from the server's time of the page", (seconds, text) => {
  const html = textOf(<ExpiryCountdown at={new Date(NOW.getTime() + seconds * 1_000)} />);
  expect(html).toContain(text);
});

it("says what is known, and that the value is shown nowhere", () => {
  const html = panel();
  for (const word of ["reporting-jobs", "v-reporting-1", "54:09", "What the workload reads now"]) {
    expect(html).toContain(word);
  }
  expect(html).toContain("shown nowhere");
  expect(html).not.toContain("aria-disabled");
});

it("a button that may not be pressed says why", () => {
  expect(panel({}, false)).toContain("This needs the scope runtime.leases.manage");
  const over = { state: "revoked", endedAt: NOW, may: { renew: false, revoke: false } } as const;
  const html = panel({ ...over, proof: "its login was refused" });
  expect(html).toContain("Not while the lease is: Revoked");
  expect(html).toContain("its login was refused");
});

it("speaks Arabic with the same facts", () => {
  const html = textOf(<ExpiryCountdown at={NOW} />, "ar");
  expect(html).toContain("انتهت مدته");
});
