"use client";
import { useTranslations } from "next-intl";
import { Time } from "#components/time/time.tsx";
import { Status } from "#components/ui/status.tsx";
import type { CheckView } from "#server/features/compliance/views.ts";
import { EvidenceList } from "./evidence-list.tsx";
import { ReasonSentence } from "./reason-sentence.tsx";
import { STATE_TONE } from "./state-tone.ts";

/** One live check: its state, why, since when, and what it was judged by. */
export function CheckItem({ tenantId, check }: { tenantId: string; check: CheckView }) {
  const t = useTranslations("compliance");
  return (
    <li className="flex flex-col gap-1 text-sm">
      <div className="flex flex-wrap items-baseline justify-between gap-x-3">
        <h3 className="font-medium">{t(`check.${check.checkId}`)}</h3>
        <Status tone={STATE_TONE[check.state]}>{t(`state.${check.state}`)}</Status>
      </div>
      <p className="text-muted text-xs">{t(`about.${check.checkId}`)}</p>
      <p className="break-words">
        <ReasonSentence reason={check.reason} params={check.params} />{" "}
        {check.since ? (
          <span className="text-muted text-xs">
            {t("control-detail.since")} <Time at={check.since} />
          </span>
        ) : null}
      </p>
      <EvidenceList tenantId={tenantId} evidence={check.evidence} />
    </li>
  );
}
