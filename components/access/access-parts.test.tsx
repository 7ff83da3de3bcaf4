import { NextIntlClientProvider } from "next-intl";
import type { ReactNode } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { AsOfProvider } from "#components/time/as-of.tsx";
import type { GrantView, RequestView } from "#server/features/elevation/elevation-views.ts";
import arAccess from "../../messages/ar/access.json" with { type: "json" };
import arCommon from "../../messages/ar/common.json" with { type: "json" };
import access from "../../messages/en/access.json" with { type: "json" };
import common from "../../messages/en/common.json" with { type: "json" };
import { GrantCard } from "./grant-card.tsx";
import { GrantFacts } from "./grant-facts.tsx";
import { OfferSentences } from "./offer-sentences.tsx";
import { RequestCard } from "./request-card.tsx";

const NOW = new Date("2026-03-01T10:00:00Z");
const GRANT: GrantView = {
  grantId: "01890000-0000-7000-8000-000000000001",
  kind: "jit",
  environment: "prod",
  person: "Ada",
  isYours: false,
  scopes: ["runtime.approvals.decide", "runtime.odd.scope"],
  reason: "Release 412",
  startsAt: NOW,
  endsAt: new Date(NOW.getTime() + (54 * 60 + 9) * 1_000),
  standing: "live",
  revokedAt: null,
  revokedBy: null,
  revokeReason: "",
  proofMethod: "webauthn",
  projections: [],
};
const REQUEST: RequestView = {
  requestId: "01890000-0000-7000-8000-000000000002",
  approvalId: "01890000-0000-7000-8000-000000000003",
  kind: "grant",
  environment: "staging",
  person: "Ada",
  isYours: false,
  scopes: ["runtime.secrets.override"],
  reason: "An old value is stuck",
  durationSeconds: 3_600,
  startsAt: null,
  state: "waiting",
  grantId: null,
  subjectDigest: "ab".repeat(32),
  quorum: {
    outcome: "open",
    groups: [{ role: "security-officer", count: 2, filled: 1, missing: 1 }],
    additional: null,
    missing: 1,
  },
  yourPart: "may-decide",
  createdAt: NOW,
  expiresAt: new Date(NOW.getTime() + 86_400_000),
};

function textOf(node: ReactNode, locale: "en" | "ar" = "en"): string {
  const messages = locale === "en" ? { common, access } : { common: arCommon, access: arAccess };
  return renderToStaticMarkup(
    <NextIntlClientProvider locale={locale} messages={messages} timeZone="UTC">
      <AsOfProvider at={NOW}>{node}</AsOfProvider>
    </NextIntlClientProvider>,
  );
}
const card = (change: Partial<GrantView> = {}, mayRevoke = true, locale: "en" | "ar" = "en") =>
  textOf(
    <GrantCard
      grant={{ ...GRANT, ...change }}
      asOf={NOW}
      mayRevoke={mayRevoke}
      onOpen={() => undefined}
      onEnd={() => undefined}
    />,
    locale,
  );

it("a live grant says who, where and what, counts down, and can be revoked by whoever may", () => {
  const html = card();
  expect(html).toContain("Ada in Production");
  expect(html).toContain("Approve what is done in this environment · runtime.odd.scope");
  expect(html).toContain("54:09");
  expect(html).toContain("Revoke…");
  expect(card({}, false)).toContain("This needs the scope runtime.elevation.revoke");
  expect(card({ isYours: true }, false)).toContain("Give back");
  expect(card({}, true, "ar")).toContain("سارية");
});

it.each([
  ["revoking", "Revoking"],
  ["revoked", "Revoked"],
  ["expired", "Expired"],
] as const)("what is %s can't be ended again", (standing, word) => {
  const html = card({ standing, revokedAt: NOW });
  expect(html).toContain(word);
  expect(html).not.toContain("Revoke…");
});

it("where it was projected it is revoking until it was seen to be gone, with what stands in the way", () => {
  const projections: GrantView["projections"] = [
    {
      projectionId: "p1",
      kind: "kubernetes-role-binding",
      target: { namespace: "shop", role: "edit", roleKind: "ClusterRole" },
      state: "revoking",
      trouble: "Kubernetes role binding delete: unreachable",
      goneAt: null,
    },
  ];
  const html = textOf(<GrantFacts grant={{ ...GRANT, standing: "revoking", projections }} />);
  expect(html).toContain("edit in namespace shop");
  expect(html).toContain("Revoking: not yet seen to be gone");
  expect(html).toContain("unreachable");
  expect(html).toContain("A security key");
});

it("a request says how many have agreed, and offers to decide only to whoever may", () => {
  const request = (change: Partial<RequestView> = {}) =>
    textOf(<RequestCard request={{ ...REQUEST, ...change }} onOpen={() => undefined} />);
  expect(request()).toContain("1 of 2 approvals");
  expect(request()).toContain("Decide…");
  expect(request({ yourPart: "no-scope" })).not.toContain("Decide…");
  const own = { isYours: true, yourPart: "requester", state: "approved" } as const;
  expect(request(own)).toContain("Activate");
  expect(request({ ...own, state: "waiting" })).not.toContain("Activate");
});

it("a policy reads as sentences", () => {
  const html = textOf(
    <OfferSentences
      policy={{
        maxDurationSeconds: 7_200,
        maxAheadSeconds: 0,
        maxLivePerPerson: 1,
        offers: [{ roles: ["developer"], scopes: ["runtime.secrets.rotate"] }],
        groups: [{ role: "security-officer", count: 2 }],
        expirySeconds: 3_600,
        stepUp: {
          level: "security-key",
          whenAsking: false,
          whenApproving: true,
          withinSeconds: 300,
        },
        projections: [{ kind: "keycloak-role", role: "elevated-production" }],
      }}
    />,
  );
  expect(html).toContain("one grant at a time for each person");
  expect(html).toContain("It starts when it is activated.");
  expect(html).toContain("Approved by 2 × security-officer; whoever asks never counts.");
  expect(html).toContain("touched for this very act. So does approving.");
  expect(html).toContain("Realm role elevated-production");
});
