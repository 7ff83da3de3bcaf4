import { NextIntlClientProvider } from "next-intl";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it, vi } from "vitest";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { REASON_CODES } from "#server/engines/supply-chain/reasons.ts";
import type { DeploymentDetail, ImageFinding } from "#server/features/deployments/schema.ts";
import arCommon from "../../messages/ar/common.json" with { type: "json" };
import arDeployments from "../../messages/ar/deployments.json" with { type: "json" };
import arEvidence from "../../messages/ar/evidence.json" with { type: "json" };
import common from "../../messages/en/common.json" with { type: "json" };
import deployments from "../../messages/en/deployments.json" with { type: "json" };
import evidence from "../../messages/en/evidence.json" with { type: "json" };
import { CaseEvidence } from "./case-evidence.tsx";

vi.mock("next/navigation", () => ({ useRouter: () => ({ refresh: () => undefined }) }));

const NOW = new Date("2026-11-22T08:00:00Z");
const NONE = { critical: 0, high: 0, medium: 0, low: 0, unknown: 0, negligible: 0 };
const FINDING: ImageFinding & { repository: string } = {
  image: `sha256:${"a".repeat(64)}`,
  repository: "registry.example/bank/checkout",
  verdict: "refused",
  reasons: [
    { code: "wrong-builder", got: "laptop", wanted: "https://forge.example/b", attachment: null },
  ],
  by: null,
  gate: "unmet",
  gateReasons: [{ code: "no-sbom", got: null, wanted: null, attachment: null }],
  vulnerabilities: [
    {
      attachment: "b".repeat(64),
      summary: {
        counts: { ...NONE, high: 3 },
        fixable: { ...NONE, high: 1 },
        worst: "high",
        worstFixable: "high",
        tool: "grype 0.90.0",
      },
    },
  ],
  sboms: [],
};
const FOUND: DeploymentDetail["evidence"] = {
  attachments: [],
  images: [FINDING],
  merge: null,
  trustedRoot: null,
  policy: null,
  checkedAt: NOW,
  isDue: false,
};

function textOf(change: Partial<DeploymentDetail["evidence"]> = {}, locale: "en" | "ar" = "en") {
  const messages =
    locale === "en"
      ? { common, deployments, evidence }
      : { common: arCommon, deployments: arDeployments, evidence: arEvidence };
  const detail = { deploymentId: "d", state: "checking", evidence: { ...FOUND, ...change } };
  return renderToStaticMarkup(
    <NextIntlClientProvider locale={locale} messages={messages} timeZone="UTC">
      <AsOfProvider at={NOW}>
        <CaseEvidence
          tenantId="acme-shop"
          detail={detail as DeploymentDetail}
          mayRequest={true}
          isOpen={true}
        />
      </AsOfProvider>
    </NextIntlClientProvider>,
  ).replaceAll(/<\/?bdi[^>]*>/g, "");
}

it("says what was found and what the policy wants, and counts what a report holds", () => {
  const html = textOf();
  expect(html).toContain("Built by laptop; the policy wants https://forge.example/b.");
  expect(html).toContain("It has no bill of materials.");
  expect(html).toMatch(/high<\/th><td[^>]*>3<\/td><td[^>]*>1<\/td>/);
});

it("says who signed what is verified", () => {
  const by = { attachment: "c".repeat(64), signer: "key release" };
  const html = textOf({ images: [{ ...FINDING, verdict: "verified", reasons: [], by }] });
  expect(html).toContain("Verified");
  expect(html).toContain("Signed by key release");
});

it("says how a change was merged", () => {
  const merge = {
    change: "bank/checkout#4",
    outcome: "merged" as const,
    commit: "c0ffee",
    author: "dev",
    approvers: ["amal", "badr"],
  };
  expect(textOf({ merge })).toContain("Merged with the approval of amal, badr");
  expect(textOf({ merge: { ...merge, approvers: [] } })).toContain("approval of nobody");
});

it("says that nothing was looked at, and that something is", () => {
  expect(textOf({ images: [] })).toContain("Nothing was looked at");
  expect(textOf({ isDue: true })).toContain("Being looked at");
});

it.each(["en", "ar"] as const)("has words for every reason in %s", (locale) => {
  const reasons = REASON_CODES.map((code) => ({
    code,
    got: "got-this",
    wanted: "wants-that",
    attachment: null,
  }));
  const html = textOf({ images: [{ ...FINDING, reasons }] }, locale);
  expect(html).not.toContain("evidence.reason");
  expect(html.match(/<li class="break-words"/g)).toHaveLength(REASON_CODES.length + 1);
});
