import { NextIntlClientProvider } from "next-intl";
import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test, vi } from "vitest";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { rotatorForms } from "#server/features/rotation/bindings/rotator-form.ts";
import arabic from "../../messages/ar/bindings.json" with { type: "json" };
import bindings from "../../messages/en/bindings.json" with { type: "json" };
import common from "../../messages/en/common.json" with { type: "json" };
import rotations from "../../messages/en/rotations.json" with { type: "json" };
import { BindForm } from "./bind/bind-form.tsx";
import { RotatorFields } from "./bind/rotator-fields.tsx";
import type { Discovery, TargetList } from "./binding-shapes.ts";
import { DiscoverySources } from "./discovery-sources.tsx";
import { ImportPreview } from "./import-preview.tsx";
import { TargetsPart } from "./targets-part.tsx";

vi.mock("next/navigation", () => ({
  useRouter: () => ({ refresh: () => undefined, push: () => undefined }),
  useSearchParams: () => new URLSearchParams("name=orders&path=acme%2Fprod%2Forders"),
}));

const NOW = new Date("2026-11-22T08:00:00Z");

function html(part: ReactNode, messages = { common, rotations, bindings }): string {
  return renderToStaticMarkup(
    <NextIntlClientProvider locale="en" messages={messages} timeZone="UTC" onError={raise}>
      <AsOfProvider at={NOW}>{part}</AsOfProvider>
    </NextIntlClientProvider>,
  );
}
const raise = (error: Error) => {
  throw error;
};

const sealed: Discovery = {
  asOf: NOW,
  lastRunAt: NOW,
  unmanaged: 2,
  missing: 0,
  sources: [
    {
      source: "openbao-kv",
      place: "acme/",
      triedAt: NOW,
      readAt: new Date("2026-11-22T06:00:00Z"),
      failingSince: new Date("2026-11-22T07:00:00Z"),
      failureCode: "sealed",
      failureText: "acme/: OpenBao kv list: sealed (HTTP 503)",
      found: 14,
      takenAt: null,
    },
  ],
};

test("a sealed store is told with since when, what was last read, and that nothing is lost", () => {
  const shown = html(<DiscoverySources tenantId="acme" discovery={sealed} />);
  expect(shown).toContain("The store is sealed");
  expect(shown).toContain("no secret becomes missing");
  expect(shown).toContain("14 found, read whole");
  expect(shown).toContain("/t/acme/rotations?state=unmanaged");
  expect(shown).toContain("2 secrets that nobody manages");
});

test("every failure has words, in Arabic too; a code without words of its own has some", () => {
  const [source] = sealed.sources;
  for (const failureCode of [...Object.keys(bindings.discovery.failure), "odd-name"]) {
    const discovery = { ...sealed, sources: [{ ...source, failureCode }] } as Discovery;
    for (const words of [bindings, arabic as typeof bindings]) {
      html(<DiscoverySources tenantId="acme" discovery={discovery} />, {
        common,
        rotations,
        bindings: words,
      });
    }
  }
});

test("who may not bind is told why; a found secret's name and path are filled in", () => {
  const shown = html(
    <BindForm tenantId="acme" forms={rotatorForms()} targets={[]} mayBind={false} />,
  );
  expect(shown).toContain("runtime.secrets.bind");
  expect(shown).toContain('value="acme/prod/orders"');
});

test("every kind can be bound by the form, with words for each of its fields in both languages", () => {
  const forms = rotatorForms();
  for (const form of forms) {
    const all = { ...form, groups: [] };
    for (const words of [bindings, arabic as typeof bindings]) {
      const messages = { common, rotations, bindings: words };
      const shown = html(
        <RotatorFields form={all} values={{}} errorOf={() => null} onChange={() => undefined} />,
        messages,
      );
      expect(shown.match(/<(input|select|textarea)/g) ?? []).toHaveLength(form.fields.length);
      html(
        <RotatorFields form={form} values={{}} errorOf={() => null} onChange={() => undefined} />,
        messages,
      );
    }
    expect(Object.keys(bindings.bind.rotator)).toContain(form.kind);
  }
});

test("an import says of each document what would become of it", () => {
  const preview = {
    asOf: NOW,
    problems: [],
    bindings: [{ name: "a", store: "openbao", path: "acme/a", outcome: "adopted" as const }],
  };
  expect(html(<ImportPreview preview={preview} />)).toContain("found before, now bound");
});

const target = {
  targetId: "01900000-0000-7000-8000-000000000000",
  name: "orders-db",
  address: {
    kind: "postgres" as const,
    host: "db.example",
    port: 5432,
    tls: "verify-full" as const,
    databases: ["orders"],
  },
  environments: ["prod" as const],
};

test("an organization sees its targets; the Sovereign registers and retires", () => {
  const here: TargetList = {
    asOf: NOW,
    isSovereign: false,
    targets: [],
    here: [{ ...target, isShared: false }],
  };
  const seen = html(<TargetsPart tenantId="acme" list={here} mayManage={false} />);
  expect(seen).toContain("db.example:5432/orders (verify-full)");
  expect(seen).not.toContain(bindings.targets.add);
  const register: TargetList = {
    ...here,
    isSovereign: true,
    targets: [{ ...target, tenants: "every", updatedAt: NOW, retiredAt: null }],
  };
  const managed = html(<TargetsPart tenantId="omantel" list={register} mayManage />);
  expect(managed).toContain("Retire orders-db");
  expect(managed).toContain(bindings.targets.add);
});
