"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ClockTime } from "#components/time/clock-time.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import { Status, type Tone } from "#components/ui/status.tsx";
import type { PromotionState } from "#server/engines/dr-promotion/state-machine.ts";
import type { PromotionView } from "#server/features/regions/views.ts";
import { PromotionActions } from "./promotion-actions.tsx";
import { PromotionChecklist } from "./promotion-checklist.tsx";
import { type PromotionAct, PromotionTextDialog } from "./promotion-text-dialog.tsx";

const TONES: Record<PromotionState, Tone> = {
  requested: "info",
  awaiting_approval: "due",
  approved: "due",
  executing: "due",
  indeterminate: "danger",
  succeeded: "ok",
  failed: "danger",
  withdrawn: "unknown",
  rejected: "unknown",
  expired: "unknown",
};

export interface PromotionCaseProps {
  tenantId: string;
  promotion: PromotionView;
  mayPromote: boolean;
  hasHook: boolean;
  onDone: () => void;
}

/** One promotion as a case file: what is asked, the evidence, where it stands, what can be done. */
export function PromotionCase(props: PromotionCaseProps) {
  const { tenantId, promotion, onDone } = props;
  const t = useTranslations("regions.promotion");
  const trouble = useTranslations("trouble");
  const [act, setAct] = useState<PromotionAct | null>(null);
  const facts = [
    { name: t("reason"), value: <bdi>{promotion.reason}</bdi> },
    { name: t("requestedBy"), value: <bdi>{promotion.requestedBy.name}</bdi> },
    { name: t("asked"), value: <ClockTime at={promotion.createdAt} /> },
    ...(promotion.executedBy
      ? [{ name: t("executedBy"), value: <bdi>{promotion.executedBy.name}</bdi> }]
      : []),
    ...(promotion.concludedBy
      ? [
          {
            name: t("concludedBy"),
            value: (
              <bdi>
                {promotion.concludedBy.name} · {promotion.conclusion}
              </bdi>
            ),
          },
        ]
      : []),
  ];
  return (
    <article className="flex flex-col gap-3 border-line border-b px-4 py-3 last:border-b-0">
      <header className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <h3 className="font-medium text-sm">
          {t("of", {
            kind: t(`kinds.${promotion.kind}`),
            from: promotion.from,
            target: promotion.target,
          })}
        </h3>
        <Status tone={TONES[promotion.state]}>{t(`states.${promotion.state}`)}</Status>
        <Link
          href={`/t/${tenantId}/audit?subject=${encodeURIComponent(`dr-promotion/${promotion.promotionId}`)}`}
          className="ms-auto text-accent text-sm hover:underline"
        >
          {t("events")}
        </Link>
      </header>
      {promotion.isStale ? <Word tone="due">{t("stale")}</Word> : null}
      {promotion.errorText ? (
        <Word tone="danger">{trouble("detail", { text: promotion.errorText })}</Word>
      ) : null}
      <p className="text-muted text-sm">{t(`stateHints.${promotion.state}`)}</p>
      <KeyValueList facts={facts} />
      <PromotionChecklist promotion={promotion} mayPromote={props.mayPromote} onTick={setAct} />
      <PromotionActions {...props} onAct={setAct} />
      {act ? (
        <PromotionTextDialog
          tenantId={tenantId}
          promotionId={promotion.promotionId}
          act={act}
          onClose={() => setAct(null)}
          onDone={() => {
            setAct(null);
            onDone();
          }}
        />
      ) : null}
    </article>
  );
}

function Word({ tone, children }: { tone: "due" | "danger"; children: string }) {
  const look = tone === "due" ? "bg-due-tint text-due" : "bg-danger-tint text-danger";
  return (
    <p className={`break-words rounded-md px-3 py-2 text-sm ${look}`}>
      <bdi>{children}</bdi>
    </p>
  );
}
