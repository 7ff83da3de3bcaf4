import { NextIntlClientProvider } from "next-intl";
import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { AsOfProvider } from "#components/time/as-of.tsx";
import type { ConsumerView, OldUseView } from "#server/features/rotation/consumers/schema.ts";
import arabic from "../../messages/ar/consumers.json" with { type: "json" };
import common from "../../messages/en/common.json" with { type: "json" };
import consumers from "../../messages/en/consumers.json" with { type: "json" };
import { ConsumerList, OldUseList } from "./consumer-list.tsx";

const NOW = new Date("2026-11-22T08:00:00Z");
const raise = (error: Error) => {
  throw error;
};
function html(part: ReactNode, words: typeof consumers = consumers): string {
  return renderToStaticMarkup(
    <NextIntlClientProvider
      locale="en"
      messages={{ common, consumers: words }}
      timeZone="UTC"
      onError={raise}
    >
      <AsOfProvider at={NOW}>{part}</AsOfProvider>
    </NextIntlClientProvider>,
  );
}

const lease: OldUseView = {
  source: "leases",
  state: "in-use",
  reason: "lease-renewed",
  uses: 1,
  lastUsedAt: NOW,
  endsAt: new Date("2026-11-22T08:40:00Z"),
  heldBy: "reporting-jobs",
  checkedAt: NOW,
  users: [],
};

test("a lease of the old value says who holds it, when it was last used, and when it ends by itself", () => {
  const shown = html(<OldUseList uses={[lease]} />);
  expect(shown).toContain("reporting-jobs");
  expect(shown).toContain("its lease was renewed after the promotion");
  expect(shown).toContain("ends by itself");
  for (const reason of ["lease-live", "lease-idle", "lease-over", "vault-unreachable"]) {
    html(<OldUseList uses={[{ ...lease, reason }]} />, arabic as typeof consumers);
  }
});

const secret: ConsumerView = {
  consumerId: "01900000-0000-7000-8000-000000000000",
  kind: "external-secret",
  cluster: "omantel",
  namespace: "shop",
  name: "ExternalSecret/token",
  state: "not-yet",
  reason: "not-refreshed",
  stateSince: NOW,
  seenVersion: null,
  seenAt: null,
  checkedAt: NOW,
  refreshDueAt: null,
  fetch: null,
};

test("an ExternalSecret that has not fetched says when it will, and whether it was asked", () => {
  const of = (over: Partial<ConsumerView>) =>
    html(<ConsumerList consumers={[{ ...secret, ...over }]} />);
  expect(of({})).toContain("when it fetches by itself is not known");
  const due = { refreshDueAt: new Date("2026-11-22T09:00:00Z") };
  expect(of(due)).toContain("fetches by itself");
  const refused = { state: "refused" as const, at: NOW, errorCode: "permission_denied" };
  const shown = of({ ...due, fetch: refused });
  expect(shown).toContain("would not be asked");
  expect(shown).toContain("permission_denied");
  expect(of({ ...due, state: "moved", reason: "refreshed" })).not.toContain("fetches by itself");
});
