"use client";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { ClockTime } from "#components/time/clock-time.tsx";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { Identifier } from "#components/ui/identifier.tsx";
import { Status, type Tone } from "#components/ui/status.tsx";
import type { CompletionView } from "#server/features/rotation/manual/schema.ts";

interface CompletionListProps {
  tenantId: string;
  completions: readonly CompletionView[];
  onChanged: () => void;
}

const TONES: Record<CompletionView["state"], Tone> = {
  awaiting_confirmation: "due",
  confirmed: "ok",
  rejected: "unknown",
};

/** What was said to be done, newest first; one that waits can be confirmed by another person. */
export function CompletionList({ tenantId, completions, onChanged }: CompletionListProps) {
  const t = useTranslations("rotations.byHand");
  const problemText = useProblemText();
  const settle = useMutation({
    mutationFn: (input: { completionId: string; decision: "confirm" | "reject" }) =>
      consoleClient(tenantId).rotation.settleManual.mutate(input),
    onSuccess: onChanged,
  });
  return (
    <>
      <h3 className="mt-1 font-medium text-sm">{t("history")}</h3>
      {completions.length === 0 ? <p className="text-muted text-sm">{t("noHistory")}</p> : null}
      {settle.error ? (
        <p role="alert" className="text-danger text-sm">
          {problemText(problemOf(settle.error))}
        </p>
      ) : null}
      <ul className="flex flex-col gap-3">
        {completions.map((each) => (
          <li key={each.completionId} className="flex flex-col gap-1 text-sm">
            <span className="flex flex-wrap items-center gap-2">
              <Status tone={TONES[each.state]}>{t(`state.${each.state}`)}</Status>
              <ClockTime at={each.performedAt} />
              <bdi className="text-muted">{each.completedBy.name}</bdi>
            </span>
            <p dir="auto" className="whitespace-pre-line break-words">
              {each.evidence.note}
            </p>
            {each.evidence.link ? (
              <a
                href={each.evidence.link}
                rel="noreferrer noopener"
                target="_blank"
                dir="ltr"
                className="break-all text-accent underline"
              >
                {each.evidence.link}
              </a>
            ) : null}
            {each.evidence.digest ? (
              <span>
                {t("sha256")} <Identifier value={each.evidence.digest} ends={8} />
              </span>
            ) : null}
            {each.settledBy ? (
              <p className="text-muted">
                {t(each.state === "rejected" ? "rejectedBy" : "secondPerson", {
                  name: each.settledBy.name,
                })}
              </p>
            ) : null}
            {each.state === "awaiting_confirmation" ? (
              <span className="flex flex-wrap gap-2">
                <Button
                  size="sm"
                  isBusy={settle.isPending}
                  disabledReason={each.isYours ? t("yours") : null}
                  onClick={() =>
                    settle.mutate({ completionId: each.completionId, decision: "confirm" })
                  }
                >
                  {t("confirm")}
                </Button>
                <Button
                  size="sm"
                  isBusy={settle.isPending}
                  onClick={() =>
                    settle.mutate({ completionId: each.completionId, decision: "reject" })
                  }
                >
                  {t("reject")}
                </Button>
              </span>
            ) : null}
          </li>
        ))}
      </ul>
    </>
  );
}
