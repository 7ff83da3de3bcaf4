import { PageHeader } from "#components/ui/page-header.tsx";
import type { Problem } from "./problem.ts";
import { ProblemState } from "./problem-state.tsx";

interface ProblemPageProps {
  title: string;
  problem: Problem;
  /** What the reader would need, when she may not. */
  scope: string;
}

/** A page whose data can't be shown: its title stays, so that the reader knows where she is. */
export function ProblemPage({ title, problem, scope }: ProblemPageProps) {
  return (
    <>
      <PageHeader title={title} />
      <div className="rounded-lg border border-line bg-raised">
        <ProblemState problem={problem} scope={scope} />
      </div>
    </>
  );
}
