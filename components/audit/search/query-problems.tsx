"use client";
import { useTranslations } from "next-intl";
import { Button } from "#components/ui/button.tsx";
import { Status } from "#components/ui/status.tsx";
import { useQueryProblemWords } from "./query-problem-words.ts";

export interface ShownProblem {
  code: string;
  severity: "error" | "warning";
  from: number;
  to: number;
  message: string;
  remedy: string;
  args?: Readonly<Record<string, string | undefined>> | undefined;
  fix?: { from: number; to: number; insert: string } | null | undefined;
}

interface QueryProblemsProps {
  id: string;
  query: string;
  problems: readonly ShownProblem[];
  /** Takes the mended query. */
  onFix: (query: string) => void;
}

/** What is wrong with the query, where, and what would mend it. */
export function QueryProblems({ id, query, problems, onFix }: QueryProblemsProps) {
  const t = useTranslations("audit.search");
  const wordsOf = useQueryProblemWords();
  if (problems.length === 0) return null;
  return (
    <ul id={id} className="flex flex-col gap-1 px-3 py-2 text-sm">
      {problems
        .map((problem) => ({ ...problem, ...wordsOf(problem) }))
        .map((problem) => (
          <li
            key={`${problem.code}-${problem.from}`}
            className="flex flex-wrap items-baseline gap-x-2 gap-y-1"
          >
            <Status tone={problem.severity === "error" ? "danger" : "due"} isSentence>
              {problem.message}
            </Status>
            <span className="text-muted">{problem.remedy}</span>
            {problem.to > problem.from ? (
              <code dir="ltr" className="rounded bg-hover px-1">
                {query.slice(problem.from, Math.min(problem.to, problem.from + 40))}
              </code>
            ) : null}
            {problem.fix ? (
              <Button
                size="sm"
                look="quiet"
                onClick={() => onFix(fixed(query, problem.fix as NonNullable<typeof problem.fix>))}
              >
                {t("fix", { insert: problem.fix.insert })}
              </Button>
            ) : null}
          </li>
        ))}
    </ul>
  );
}

function fixed(query: string, { from, to, insert }: { from: number; to: number; insert: string }) {
  return query.slice(0, from) + insert + query.slice(to);
}
