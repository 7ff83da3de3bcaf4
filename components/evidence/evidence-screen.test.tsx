import { NextIntlClientProvider } from "next-intl";
import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it, vi } from "vitest";
import type { PackView } from "#server/features/evidence/schema.ts";
import arCommon from "../../messages/ar/common.json" with { type: "json" };
import arPacks from "../../messages/ar/packs.json" with { type: "json" };
import common from "../../messages/en/common.json" with { type: "json" };
import packs from "../../messages/en/packs.json" with { type: "json" };
import { EvidenceScreen } from "./evidence-screen.tsx";
import { ExportList } from "./export-list.tsx";
import { ExportMenu } from "./export-menu.tsx";
import { PackDialog } from "./pack-dialog.tsx";
import { PackPanel } from "./pack-panel.tsx";

vi.mock("next/navigation", () => ({
  usePathname: () => "/t/acme/evidence",
  useRouter: () => ({ replace: () => undefined, push: () => undefined, refresh: () => undefined }),
  useSearchParams: () => new URLSearchParams(),
}));

const AT = new Date("2026-11-22T05:00:00Z");
const PACK: PackView = {
  packId: "0190c2f4-5a7e-7cc1-a0d3-3f6b2c9e8d10",
  state: "ready",
  disclosure: "payloads",
  query: "outcome:denied since:7d",
  asOf: AT,
  from: "0",
  to: "1042",
  treeSize: "1042",
  cosignatures: 2,
  entriesDone: 1_042,
  matches: 17,
  digest: "ab".repeat(32),
  bytes: 1_572_864,
  failure: null,
  askedByName: "An auditor",
  askedAt: AT,
  doneAt: AT,
  keptDays: 30,
  expiresAt: AT,
};

const PACKS: PackView[] = [
  { ...PACK, packId: "1", state: "building", entriesDone: 521, digest: null, bytes: null },
  { ...PACK, packId: "2", state: "requested", query: "", digest: null, bytes: null },
  PACK,
  { ...PACK, packId: "4", state: "failed", failure: "not-verified", query: null },
  { ...PACK, packId: "5", state: "expired" },
];

const LANGUAGES = {
  en: { common, packs },
  ar: { common: arCommon, packs: arPacks },
};

/** Fails on any message that is missing or gets the wrong values. */
function html(locale: "en" | "ar", shown: ReactNode): string {
  return renderToStaticMarkup(
    <NextIntlClientProvider
      locale={locale}
      messages={LANGUAGES[locale]}
      timeZone="UTC"
      onError={(error) => {
        throw error;
      }}
    >
      {shown}
    </NextIntlClientProvider>,
  );
}

const screen = (rows: PackView[]) => (
  <EvidenceScreen
    tenantId="acme"
    page={{ packs: rows, nextCursor: null, verifierKey: "log.test/acme+0+x", asOf: AT }}
    exports={[]}
    mayExport
  />
);
const panel = (pack: PackView, mayExport = true) => (
  <PackPanel
    tenantId="acme"
    pack={pack}
    verifierKey="log.test/acme+00000000+AAAA"
    mayExport={mayExport}
    onClose={() => undefined}
  />
);

describe.each(["en", "ar"] as const)("in %s", (locale) => {
  it("shows packs in every state, and says what to do when there is none", () => {
    const all = html(locale, screen(PACKS));
    for (const state of ["requested", "ready", "failed", "expired"] as const) {
      expect(all).toContain(LANGUAGES[locale].packs.state[state]);
    }
    expect(all).toContain("MiB");
    expect(html(locale, screen([]))).toContain(LANGUAGES[locale].packs.emptyTitle);
  });

  it("shows one pack with what it proves, and why it can't be taken", () => {
    for (const pack of PACKS) {
      const { packs: words } = LANGUAGES[locale];
      const shown = html(locale, panel(pack));
      expect(shown.includes("/api/v1/evidence/acme/packs/")).toBe(pack.state === "ready");
      if (pack.failure) expect(shown).toContain("console log audit");
      expect(shown).toContain(words.proves.payloads.replaceAll("'", "&#x27;"));
    }
    expect(html(locale, panel(PACK, false))).toContain("runtime.audit.export");
    expect(html(locale, panel(PACK, false))).not.toContain("/api/v1/evidence/acme/packs/");
  });

  it("asks for a pack, offers exports, and lists those that broke off", () => {
    const dialog = (
      <PackDialog tenantId="acme" query="" onClose={() => undefined} onDone={() => undefined} />
    );
    expect(html(locale, dialog)).toContain(LANGUAGES[locale].packs.dialog.title);
    expect(html(locale, <ExportMenu tenantId="acme" />)).toContain(
      LANGUAGES[locale].packs.menu.pack,
    );
    const row = {
      exportId: PACK.packId,
      format: "csv" as const,
      state: "aborted" as const,
      query: "kind:user",
      events: 12,
      begunAt: AT,
      endedAt: null,
    };
    expect(html(locale, <ExportList exports={[row]} />)).toContain(
      LANGUAGES[locale].packs.exports.states.aborted,
    );
  });
});
