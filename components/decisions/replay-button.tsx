"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { Status } from "#components/ui/status.tsx";
import type { Replay } from "#server/features/policy/schema.ts";

const TONES = { same: "ok", different: "danger", unknown: "unknown" } as const;

/** Makes a decision again from its own record, and says what that shows. */
export function ReplayButton({ tenantId, decisionId }: { tenantId: string; decisionId: string }) {
  const t = useTranslations("decisions.replay");
  const problemText = useProblemText();
  const [replay, setReplay] = useState<Replay | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  async function again() {
    setBusy(true);
    setFailure(null);
    try {
      setReplay(await consoleClient(tenantId).policy.replay.query({ decisionId }));
    } catch (error) {
      setFailure(problemText(problemOf(error)));
    }
    setBusy(false);
  }

  return (
    <div className="flex flex-col items-start gap-2">
      <Button isBusy={isBusy} onClick={again}>
        {t("button")}
      </Button>
      <div role="status" className="text-sm">
        {replay ? (
          <>
            <Status tone={TONES[replay.verdict]}>
              {t(replay.verdict, { changed: replay.changed.join(", ") })}
            </Status>
            <p className="pt-1 text-muted">{t(replay.shows)}</p>
          </>
        ) : null}
      </div>
      {failure ? (
        <p role="alert" className="text-danger text-sm">
          {t("failed")}: {failure}
        </p>
      ) : null}
    </div>
  );
}
