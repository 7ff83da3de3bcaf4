"use client";
import { useTranslations } from "next-intl";
import type { PolicyProblem } from "./policy-shapes.ts";

interface PolicyProblemsProps {
  problems: readonly PolicyProblem[];
  /** Puts the cursor into a line of the text. */
  onGoTo: (line: number) => void;
}

/** What is wrong with a text, each with its line and field; pressing one leads there. */
export function PolicyProblems({ problems, onGoTo }: PolicyProblemsProps) {
  const t = useTranslations("policies");
  return (
    <div role="alert" className="rounded-md bg-danger-tint px-3 py-2 text-danger text-sm">
      <p className="font-medium">{t("problems", { count: problems.length })}</p>
      <ul>
        {problems.map((problem) => (
          <li key={`${problem.line} ${problem.field} ${problem.message}`}>
            <button
              type="button"
              className="underline underline-offset-2"
              onClick={() => onGoTo(problem.line)}
            >
              {t("line", { line: problem.line })}
            </button>{" "}
            <bdi dir="ltr">{`${problem.field} ${problem.message}`.trim()}</bdi>
          </li>
        ))}
      </ul>
    </div>
  );
}
