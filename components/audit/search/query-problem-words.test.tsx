import { NextIntlClientProvider } from "next-intl";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { analyzeQuery } from "#server/engines/query-language/analyze-query.ts";
import arabic from "../../../messages/ar/queryProblems.json" with { type: "json" };
import english from "../../../messages/en/queryProblems.json" with { type: "json" };
import { useQueryProblemWords } from "./query-problem-words.ts";
import type { ShownProblem } from "./query-problems.tsx";

/** Queries that are wrong in every way there is. */
const QUERIES = [
  ")",
  "(",
  '"a',
  "()",
  "a AND",
  "- a",
  "outcome:",
  "time:[a",
  ":a",
  "\\",
  "actr:x",
  "nowhere:x",
  "payload:x",
  "outcome:deneid",
  "outcome:zzzzzz",
  "time:yesterdayish",
  'type:""',
  "subject:!!",
  "outcome:d*",
  "outcome:*",
  "type:*a",
  "type:a*b",
  "payload.reason:a*b*",
  "payload.reason:=a*",
  'payload.reason:"a b"*',
  "payload.reason:a*",
  "reason:abcdefghijklmnopqrstuvwxyz*",
  "outcome:[a TO b]",
  "payload.reason:>a",
  "after:>2026-01-01",
  "outcome:-x",
  "time:[2026-02-01 TO 2026-01-01]",
  "outcome:denied outcome:failed",
  "a and b",
  "type:runtime.secrets.rotatd",
  "a".repeat(5_000),
  `${"(".repeat(200)}a${")".repeat(200)}`,
];

function Said({ problems }: { problems: readonly ShownProblem[] }) {
  const wordsOf = useQueryProblemWords();
  return problems.map((problem, at) => {
    const { message, remedy } = wordsOf(problem);
    // biome-ignore lint/suspicious/noArrayIndexKey: a list that never changes
    return <p key={at}>{`${message}|${remedy}`}</p>;
  });
}

const said = (locale: "en" | "ar", problems: readonly ShownProblem[]) =>
  renderToStaticMarkup(
    <NextIntlClientProvider
      locale={locale}
      messages={{ queryProblems: locale === "ar" ? arabic : english } as never}
    >
      <Said problems={problems} />
    </NextIntlClientProvider>,
  );

const problems = QUERIES.flatMap(
  (query) =>
    analyzeQuery(query, { now: Date.UTC(2026, 10, 22), knownTypes: ["runtime.secrets.rotated"] })
      .problems,
);
const escaped = (text: string) =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#x27;");

it("English says what the engine says, word by word", () => {
  expect(new Set(problems.map(({ code }) => code)).size).toBeGreaterThan(25);
  expect(said("en", problems)).toBe(
    problems.map(({ message, remedy }) => `<p>${escaped(`${message}|${remedy}`)}</p>`).join(""),
  );
});

it("Arabic says each of them in Arabic", () => {
  for (const line of said("ar", problems).split("</p>").filter(Boolean)) {
    expect(line).toMatch(/\p{Script=Arabic}{2}.*\|.*\p{Script=Arabic}{2}/u);
    expect(line).not.toMatch(/queryProblems|undefined/);
  }
});

it("Arabic counts in its own forms, and a name keeps its direction", () => {
  const of = (code: string) =>
    said(
      "ar",
      problems.filter((problem) => problem.code === code),
    ).split("|")[0];
  expect(of("too_long")).toContain(`أطول من ${new Intl.NumberFormat("ar").format(4_000)} حرف.`);
  expect(of("too_deep")).toMatch(/أكثر من \S+ مستوى\.$/);
  expect(of("unopened")).toContain("«\u2068)\u2069»");
});

it("an unknown code keeps the server's words", () => {
  const problem = {
    code: "newer",
    severity: "error",
    from: 0,
    to: 1,
    message: "M",
    remedy: "R",
  } as const;
  expect(said("ar", [problem])).toBe("<p>M|R</p>");
});
