"use client";
import { TriangleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import type { Problem } from "#components/problem/problem.ts";
import { ProblemPage } from "#components/problem/problem-page.tsx";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { Identifier } from "#components/ui/identifier.tsx";
import { RefreshButton } from "./refresh-button.tsx";

interface KeepLoadedProps {
  title: string;
  problem: Problem | null;
  /** What the reader would need, when she may not. */
  scope: string;
  /** The page with its data; `null` when there is a problem. */
  children: ReactNode;
}

/** After these the reader may not go on seeing what she saw. */
const TAKEN_AWAY: ReadonlySet<Problem["code"]> = new Set(["forbidden", "unauthenticated"]);

/** A page that fails to be read anew keeps showing what was loaded, and says that it is old. */
export function KeepLoaded({ title, problem, scope, children }: KeepLoadedProps) {
  const t = useTranslations("common.states");
  const problemText = useProblemText();
  const [kept, setKept] = useState(children);
  if (!problem) {
    if (kept !== children) setKept(children);
    return children;
  }
  if (!kept || TAKEN_AWAY.has(problem.code)) {
    return <ProblemPage title={title} problem={problem} scope={scope} />;
  }
  return (
    <>
      <div
        role="alert"
        className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-lg border border-line bg-due-tint px-4 py-2 text-sm"
      >
        <TriangleAlert aria-hidden className="size-4 shrink-0 text-due" />
        <p className="min-w-0 flex-1">
          <strong className="text-due">{t("staleTitle")}</strong> {problemText(problem)}
        </p>
        {problem.traceId ? <Identifier value={problem.traceId} ends={6} /> : null}
        <RefreshButton />
      </div>
      {kept}
    </>
  );
}
