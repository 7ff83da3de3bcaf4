"use client";
import { LogIn } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { Button } from "#components/ui/button.tsx";
import { ErrorState } from "#components/ui/error-state.tsx";
import { ForbiddenState } from "#components/ui/forbidden-state.tsx";
import { StateMessage } from "#components/ui/state-message.tsx";
import type { Problem } from "./problem.ts";
import { useProblemText } from "./use-problem-text.ts";

/** The sign-in page, which leads back to where the reader is. */
function signInPath(): string {
  const { pathname, search } = window.location;
  return `/sign-in?callbackUrl=${encodeURIComponent(pathname + search)}`;
}

interface ProblemStateProps {
  problem: Problem;
  /** What the reader would need, when she may not. */
  scope: string;
  /** By default the page is asked for again. */
  onRetry?: () => void;
}

/** Stands where the data would be: forbidden, signed out, or failed. */
export function ProblemState({ problem, scope, onRetry }: ProblemStateProps) {
  const t = useTranslations("common.states");
  const router = useRouter();
  const text = useProblemText();
  if (problem.code === "forbidden") return <ForbiddenState scope={scope} />;
  if (problem.code === "unauthenticated") {
    return (
      <StateMessage
        icon={LogIn}
        isAlert
        title={t("signedOutTitle")}
        actions={<Button onClick={() => router.push(signInPath())}>{t("signIn")}</Button>}
      >
        {text(problem)}
      </StateMessage>
    );
  }
  return (
    <ErrorState
      message={text(problem)}
      traceId={problem.traceId}
      onRetry={onRetry ?? (() => router.refresh())}
    />
  );
}
