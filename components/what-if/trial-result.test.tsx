import { NextIntlClientProvider } from "next-intl";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import type { WhatIf } from "#server/features/policy/schema.ts";
import arCommon from "../../messages/ar/common.json" with { type: "json" };
import arDecisions from "../../messages/ar/decisions.json" with { type: "json" };
import arWhatIf from "../../messages/ar/whatIf.json" with { type: "json" };
import common from "../../messages/en/common.json" with { type: "json" };
import decisions from "../../messages/en/decisions.json" with { type: "json" };
import whatIf from "../../messages/en/whatIf.json" with { type: "json" };
import { TrialResult } from "./trial-result.tsx";

const AT = new Date("2026-11-22T08:00:00Z");
const verdict = (outcome: "allow" | "deny", words: string) => ({
  outcome,
  reasons: [{ policyId: "p", words }],
  errors: [],
});
const change = (kind: "allow-to-deny" | "unknown", at: number) => ({
  decisionId: `0193-${at}`,
  action: "ExecuteDeployment",
  principal: 'Service::"[\\"https://idp\\",\\"pipeline\\"]"',
  resource: 'DeploymentRequest::"d1"',
  decidedAt: AT,
  kind,
  before: verdict("allow", "As it was"),
  after: kind === "unknown" ? null : verdict("deny", "As it would be"),
  why: kind === "unknown" ? "elevation-not-asked" : null,
});
const FOUND: WhatIf = {
  asOf: AT,
  problems: [],
  environmentDigests: {},
  taken: 10,
  trial: {
    policySetDigest: "a".repeat(64),
    schemaDigest: "b".repeat(64),
    digest: "c".repeat(64),
    counts: { same: 8, "allow-to-deny": 1, "deny-to-allow": 0, "reasons-changed": 0, unknown: 1 },
    judged: 10,
    isComplete: true,
    changed: 2,
    changesShown: [change("allow-to-deny", 1), change("unknown", 2)],
  },
};

function shown(found: WhatIf, locale: "en" | "ar" = "en"): string {
  const messages =
    locale === "en"
      ? { common, decisions, whatIf }
      : { common: arCommon, decisions: arDecisions, whatIf: arWhatIf };
  return renderToStaticMarkup(
    <NextIntlClientProvider locale={locale} timeZone="UTC" messages={messages}>
      <TrialResult tenantId="acme" found={found} />
    </NextIntlClientProvider>,
  );
}

it("counts what would change, and says of each what it was and would be", () => {
  const html = shown(FOUND);
  for (const text of ["pipeline", "carry out a deployment", "As it was", "As it would be"])
    expect(html).toContain(text);
  expect(html).toContain("allowed, would be denied");
  expect(html).toContain("nobody looked then whether an elevation was live");
  expect(html).toContain("/t/acme/decisions?selected=0193-1");
});

it("says when nothing changes, when there was nothing to try, and when the time was over", () => {
  const trial = { ...(FOUND.trial as NonNullable<WhatIf["trial"]>), changed: 0, changesShown: [] };
  expect(shown({ ...FOUND, trial })).toContain("Nothing would have come out otherwise");
  expect(shown({ ...FOUND, taken: 0, trial })).toContain("no decisions yet");
  expect(shown({ ...FOUND, trial: { ...trial, isComplete: false, judged: 4 } })).toContain(
    "4 of 10",
  );
});

it("reads in Arabic", () => {
  const html = shown(FOUND, "ar");
  expect(html).toContain("مسموحة وكانت ستُرفض");
  expect(html).toContain("تنفيذ نشر");
});
