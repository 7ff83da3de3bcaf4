import { readdirSync } from "node:fs";
import { join } from "node:path";
import { NextIntlClientProvider } from "next-intl";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it, vi } from "vitest";
import { canonicalJson } from "#server/engines/canonical-json/canonical-json.ts";
import { denialSaid, wordsForDecision } from "#server/platform/authz/denial-words.ts";
import type { PolicyDecision } from "#server/platform/authz/policy-request.ts";
import arabicCommon from "../../messages/ar/common.json" with { type: "json" };
import arabic from "../../messages/ar/refusals.json" with { type: "json" };
import englishCommon from "../../messages/en/common.json" with { type: "json" };
import english from "../../messages/en/refusals.json" with { type: "json" };
import type { Problem } from "./problem.ts";
import { useProblemText } from "./use-problem-text.ts";

vi.mock("server-only", () => ({}));

const MESSAGES = {
  en: { refusals: english, common: englishCommon },
  ar: { refusals: arabic, common: arabicCommon },
};

function Text({ problem }: { problem: Problem }) {
  return <p>{useProblemText()(problem)}</p>;
}

/** What stands on the screen, without the marks that keep a name's direction. */
function said(locale: "en" | "ar", problem: Problem): string {
  const html = renderToStaticMarkup(
    <NextIntlClientProvider locale={locale} timeZone="UTC" messages={MESSAGES[locale] as never}>
      <Text problem={problem} />
    </NextIntlClientProvider>,
  );
  return html.replace(/<\/?p>|[\u2068\u2069]/g, "").replaceAll("&#x27;", "'");
}

const FORBIDDING = readdirSync(join(import.meta.dirname, "../../policies"))
  .filter((name) => name.startsWith("forbid-"))
  .map((name) => name.replace(/\.cedar$/, ""));
const ENGINE_FAILURES = ["unreachable", "timeout", "tls", "credential", "redirect", "http-status"];
const ANSWER_FAILURES = ["content-type", "too-large", "malformed", "decision-not-boolean"];
const COUNT_FAILURES = ["wrong-count", "wrong-request-id"];
const FAILURES = [...ENGINE_FAILURES, ...ANSWER_FAILURES, ...COUNT_FAILURES].map(
  (failure) => `governance-${failure}`,
);

function denied(reasons: string[], errors: string[] = [], saying?: string): PolicyDecision {
  const answer = canonicalJson({ decision: false, context: { reason_user: saying ?? "" } });
  const exchange =
    saying === undefined
      ? null
      : canonicalJson({
          engine: "governance",
          failure: null,
          status: 200,
          contentType: "application/json",
          response: answer,
          responseEncoding: "utf8",
          index: 0,
          count: 1,
        });
  return { outcome: "deny", reasons, errors, exchange } as unknown as PolicyDecision;
}

const problemOf = (decision: PolicyDecision): Problem => ({
  code: "forbidden",
  message: "not to be shown",
  said: denialSaid(decision),
});

it("says of every rule that forbids what the server says of it, and that in Arabic", () => {
  expect(FORBIDDING.length).toBeGreaterThan(45);
  for (const code of [...FORBIDDING, ...FAILURES]) {
    const decision = code.startsWith("forbid-") ? denied([code]) : denied([], [code]);
    expect(said("en", problemOf(decision)), code).toBe(wordsForDecision(decision));
    const inArabic = said("ar", problemOf(decision));
    expect(inArabic, code).toMatch(/^مُنع لأن: .+\.$/u);
    expect(inArabic.replace("JSON", ""), code).not.toMatch(/[a-z]/i);
  }
});

it("says every blocker at once, and quotes what others say", () => {
  const both = denied(["forbid-decide-by-machine", "forbid-decide-own-access"]);
  expect(said("en", problemOf(both))).toBe(wordsForDecision(both));
  expect(said("ar", problemOf(both))).toBe("مُنع لأن: لا يقرر إلا الأشخاص؛ لا يبت أحد في وصوله هو.");
  const engine = denied(["governance-denied"], [], "Not today");
  expect(said("en", problemOf(engine))).toBe(wordsForDecision(engine));
  expect(said("ar", problemOf(engine))).toBe("مُنع لأن: رفضه محرك الحوكمة قائلًا: Not today.");
  const broken = denied([], ["forbid-x: no attribute"]);
  expect(said("en", problemOf(broken))).toBe(wordsForDecision(broken));
  expect(said("ar", problemOf(broken))).toContain("تعذر تقييم السياسة (forbid-x: no attribute)");
  expect(said("ar", problemOf(denied([])))).toBe("مُنع لأن: لا سياسة تسمح به.");
});

it("words a code of its own by that code, and says what has no words as the server said it", () => {
  const message = "It is rotating already.";
  expect(said("ar", { code: "unavailable", message })).toBe(arabicCommon.problems.unavailable);
  expect(said("ar", { code: "conflict", message })).toBe(message);
  expect(said("ar", { code: "conflict", message, said: { key: "nowhere" } })).toBe(message);
  for (const code of ["forbidden", "conflict", "invalid", "stale"])
    expect(Object.keys(englishCommon.problems)).not.toContain(code);
});
