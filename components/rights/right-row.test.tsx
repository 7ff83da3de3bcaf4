import { NextIntlClientProvider } from "next-intl";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { AsOfProvider } from "#components/time/as-of.tsx";
import type { Rights } from "#server/features/rights/schema.ts";
import { SCOPES } from "#server/platform/authz/scopes.ts";
import arCommon from "../../messages/ar/common.json" with { type: "json" };
import arDeployments from "../../messages/ar/deployments.json" with { type: "json" };
import arRights from "../../messages/ar/rights.json" with { type: "json" };
import common from "../../messages/en/common.json" with { type: "json" };
import deployments from "../../messages/en/deployments.json" with { type: "json" };
import rights from "../../messages/en/rights.json" with { type: "json" };
import { RightRow } from "./right-row.tsx";

type Right = Rights["rights"][number];
const AT = new Date("2026-11-22T08:00:00Z");
const DEMANDS: Right["demands"] = [
  { code: "elevation", isMet: false },
  { code: "approvals", groups: [{ role: "sovereign-admin", count: 2 }] },
  { code: "step-up", level: "security-key", withinSeconds: 300 },
  { code: "window", isOpen: false, opensAt: AT },
  { code: "waiting", seconds: 600 },
  { code: "frozen", until: null },
  { code: "provenance", level: "slsa-2" },
  { code: "gate" },
  { code: "merge", approvals: 2 },
  { code: "registries", registries: ["registry.example"] },
  { code: "no-policy" },
];
const RIGHT: Right = {
  scope: "runtime.deployments.execute",
  verdict: "no",
  roles: ["deployment-pipeline"],
  rolesThatWould: [],
  grants: [],
  places: [{ environment: "prod", isAllowed: false, grants: [], demands: DEMANDS, mayAsk: true }],
  demands: [
    { code: "only-pipeline" },
    { code: "approval-by-rule", classes: [{ class: "root-ca", roles: ["security-officer"] }] },
  ],
};

function shown(right: Right, locale: "en" | "ar" = "en"): string {
  const messages =
    locale === "en"
      ? { common, deployments, rights }
      : { common: arCommon, deployments: arDeployments, rights: arRights };
  return renderToStaticMarkup(
    <NextIntlClientProvider locale={locale} timeZone="UTC" messages={messages}>
      <AsOfProvider at={AT}>
        <RightRow right={right} />
      </AsOfProvider>
    </NextIntlClientProvider>,
  );
}

it("says through what, where, what is still asked for, and why not", () => {
  const html = shown(RIGHT);
  for (const text of [
    "Carry out an approved deployment",
    "only a pipeline does it",
    "takes a live grant there, and none is live",
    "2 × sovereign-admin",
    "5 min ago",
    "10 min of waiting time",
    "frozen until somebody lifts it",
    "slsa-2",
    "2 people approved",
    "root-ca (security-officer)",
    "may be asked for in Production, as elevation",
  ])
    expect(html).toContain(text);
  expect(shown({ ...RIGHT, roles: [], rolesThatWould: ["compliance", "org-admin"] })).toContain(
    "compliance or org-admin",
  );
});

it("has words in both languages for every scope that a role can have", () => {
  for (const scope of Object.keys(SCOPES)) {
    const key = scope.replace("runtime.", "").replaceAll(".", "-");
    expect([scope, key in rights.scope, key in arRights.scope]).toEqual([scope, true, true]);
  }
  expect(shown(RIGHT, "ar")).toContain("لا ينفذه إلا خط نشر");
});
