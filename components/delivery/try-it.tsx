"use client";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { type Refusal, refusalOf } from "#components/problem/refusal.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { Status } from "#components/ui/status.tsx";
import type { SinkConfig } from "#server/engines/delivery/sink-kinds.ts";
import type { CheckView } from "#server/features/delivery/schema.ts";
import { useTroubleWords } from "./trouble-words.ts";

interface TryItProps {
  tenantId: string;
  config: () => SinkConfig;
  /** Told which field stands in the way; null: none does. */
  onTrouble: (trouble: Refusal | null) => void;
}

type Standing =
  | { kind: "idle" | "trying" | "slow" | "refused" }
  | { kind: "answered"; check: CheckView };

const POLL_MILLIS = 700;
const SLOW_AFTER = 40;

/** Has the worker try what stands in the form, and says what came of it. */
export function TryIt({ tenantId, config, onTrouble }: TryItProps) {
  const t = useTranslations("delivery.form");
  const problemText = useProblemText();
  const words = useTroubleWords();
  const [standing, setStanding] = useState<Standing>({ kind: "idle" });
  const [checkId, setCheckId] = useState<string | null>(null);

  useEffect(() => {
    if (checkId === null) return;
    let polls = 0;
    const timer = setInterval(async () => {
      polls += 1;
      const check = await consoleClient(tenantId)
        .delivery.check.query({ checkId })
        .catch(() => null);
      if (!check || check.state === "asked") {
        if (polls > SLOW_AFTER) setStanding({ kind: "slow" });
        return;
      }
      setCheckId(null);
      setStanding({ kind: "answered", check });
      const { trouble } = check;
      if (trouble) {
        const { message, remedy } = words(trouble);
        const text = `${message}. ${remedy}`;
        onTrouble({ field: trouble.field, path: `config.${trouble.field}`, text });
      }
    }, POLL_MILLIS);
    return () => clearInterval(timer);
  }, [checkId, tenantId, onTrouble, words]);

  async function ask() {
    onTrouble(null);
    setStanding({ kind: "trying" });
    try {
      const asked = await consoleClient(tenantId).delivery.askCheck.mutate({ config: config() });
      setCheckId(asked.checkId);
    } catch (error) {
      setStanding({ kind: "refused" });
      onTrouble(refusalOf(error, problemText));
    }
  }

  const isBusy = standing.kind === "trying" || checkId !== null;
  return (
    <div className="flex flex-wrap items-center gap-3">
      <Button isBusy={isBusy} onClick={ask}>
        {t("try")}
      </Button>
      <div role="status" className="min-w-0 flex-1 text-sm">
        {standing.kind === "trying" ? <span className="text-muted">{t("trying")}</span> : null}
        {standing.kind === "slow" ? <span className="text-due">{t("slow")}</span> : null}
        {standing.kind === "answered" ? <Answer check={standing.check} /> : null}
      </div>
    </div>
  );
}

function Answer({ check: { trouble } }: { check: CheckView }) {
  const t = useTranslations("delivery.form");
  const words = useTroubleWords();
  return trouble ? (
    <Status tone="danger" isSentence>
      {t("failed", { ...words(trouble) })}
    </Status>
  ) : (
    <Status tone="ok" isSentence>
      {t("passed")}
    </Status>
  );
}
