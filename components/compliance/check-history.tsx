"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Time } from "#components/time/time.tsx";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Timeline } from "#components/ui/timeline.tsx";
import type { CheckView, History } from "#server/features/compliance/views.ts";

interface CheckHistoryProps {
  tenantId: string;
  checks: readonly CheckView[];
}

/** How the checks of a control changed, the newest first, each with its event. */
export function CheckHistory({ tenantId, checks }: CheckHistoryProps) {
  const t = useTranslations("compliance");
  const [history, setHistory] = useState<History | "failed" | null>(null);
  // Asked again when one of them has changed.
  const asked = checks.map(({ checkId, state }) => `${checkId}:${state}`).join(",");
  useEffect(() => {
    let isGone = false;
    const checkIds = asked.split(",").map((each) => each.split(":")[0] as CheckView["checkId"]);
    consoleClient(tenantId)
      .compliance.history.query({ checkIds })
      .then(
        (found) => !isGone && setHistory(found),
        () => !isGone && setHistory("failed"),
      );
    return () => {
      isGone = true;
    };
  }, [tenantId, asked]);
  if (history === null) {
    return <p className="text-muted text-sm">{t("control-detail.loading")}</p>;
  }
  if (history === "failed") {
    return (
      <p role="alert" className="text-danger text-sm">
        {t("control-detail.failed")}
      </p>
    );
  }
  if (history.entries.length === 0) {
    return <p className="text-muted text-sm">{t("control-detail.noHistory")}</p>;
  }
  return (
    <>
      <Timeline
        label={t("control-detail.history")}
        steps={history.entries.map(({ changeId, checkId, before, state, at, eventId }) => ({
          key: changeId,
          title: before
            ? t("control-detail.from", {
                check: t(`check.${checkId}`),
                before: t(`state.${before}`),
                state: t(`state.${state}`),
              })
            : t("control-detail.first", {
                check: t(`check.${checkId}`),
                state: t(`state.${state}`),
              }),
          detail: (
            <span className="flex flex-wrap gap-x-2">
              <Time at={at} />
              <Link
                className="text-accent underline"
                href={`/t/${tenantId}/audit?event=${eventId}`}
              >
                {t("control-detail.event")}
              </Link>
            </span>
          ),
          stage: state === "met" ? "done" : state === "failing" ? "failed" : "ahead",
          stageLabel: t("control-detail.stage"),
        }))}
      />
      {history.isCut ? <p className="text-muted text-xs">{t("control-detail.cut")}</p> : null}
    </>
  );
}
