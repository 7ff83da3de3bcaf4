"use client";
import { Square, SquareCheck } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button } from "#components/ui/button.tsx";
import type { PromotionView } from "#server/features/regions/views.ts";
import type { PromotionAct } from "./promotion-text-dialog.tsx";

interface PromotionChecklistProps {
  promotion: PromotionView;
  mayPromote: boolean;
  onTick: (act: PromotionAct) => void;
}

/** The runbook's items with their evidence; open to be ticked until the approval is asked for. */
export function PromotionChecklist({ promotion, mayPromote, onTick }: PromotionChecklistProps) {
  const t = useTranslations("regions.promotion");
  const isOpen = promotion.state === "requested";
  return (
    <ul className="flex flex-col gap-1.5 text-sm" aria-label={t("checklist")}>
      {promotion.checks.map((check) => {
        const isTicked = check.evidence !== null;
        const Icon = isTicked ? SquareCheck : Square;
        return (
          <li key={check.item} className="flex items-start gap-2">
            <Icon
              aria-hidden
              className={`mt-0.5 size-4 shrink-0 ${isTicked ? "text-ok" : "text-muted"}`}
            />
            <span className="min-w-0 flex-1">
              <span className="sr-only">{t(isTicked ? "ticked" : "notTicked")} </span>
              {t(`items.${check.item}`)}
              {check.evidence ? (
                <span className="block break-words text-muted">
                  <bdi>
                    {check.evidence} · {check.tickedBy}
                  </bdi>
                </span>
              ) : null}
            </span>
            {isOpen ? (
              <Button
                size="sm"
                look="quiet"
                disabledReason={mayPromote ? null : t("noScope")}
                aria-label={t("tickItem", {
                  act: t(isTicked ? "correct" : "tick"),
                  item: t(`items.${check.item}`),
                })}
                onClick={() =>
                  onTick({ name: "tick", item: check.item, text: check.evidence ?? "" })
                }
              >
                {t(isTicked ? "correct" : "tick")}
              </Button>
            ) : null}
          </li>
        );
      })}
    </ul>
  );
}
