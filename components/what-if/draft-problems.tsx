"use client";
import { useTranslations } from "next-intl";
import type { WhatIf } from "#server/features/policy/schema.ts";

/** Every fault of a draft, where it stands. */
export function DraftProblems({ problems }: { problems: WhatIf["problems"] }) {
  const t = useTranslations("whatIf");
  if (problems.length === 0) return null;
  return (
    <div role="alert" className="rounded-md bg-danger-tint px-3 py-2 text-sm">
      <p className="font-medium text-danger">{t("problems", { count: problems.length })}</p>
      <ul className="flex flex-col gap-1 pt-1">
        {problems.map(({ file, line, column, message }) => (
          <li key={`${file} ${line} ${column} ${message}`} className="break-words">
            <span className="font-medium">{t("place", { file, line, column })}</span>
            <span lang="en" dir="ltr" className="block break-words">
              {message}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
