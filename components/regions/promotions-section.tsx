"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { LiveQueries } from "#components/trpc/live-queries.tsx";
import { Button } from "#components/ui/button.tsx";
import { Section } from "#components/ui/section.tsx";
import type { Promotions, RegionView } from "#server/features/regions/views.ts";
import { AskPromotionDialog } from "./ask-promotion-dialog.tsx";
import { PromotionCase } from "./promotion-case.tsx";

interface PromotionsSectionProps {
  tenantId: string;
  regions: readonly RegionView[];
  promotions: Promotions;
  mayPromote: boolean;
}

/** Promotions of another region, newest first: each a case with its checklist and what can be done. */
export function PromotionsSection(props: PromotionsSectionProps) {
  const { tenantId, regions, promotions, mayPromote } = props;
  const t = useTranslations("regions.promotion");
  const router = useRouter();
  const [isAsking, setAsking] = useState(false);
  const targets = regions.filter(({ role, regionId }) => role === "read-only" && regionId);
  const blocked = !mayPromote ? t("noScope") : targets.length === 0 ? t("noTarget") : null;
  return (
    <LiveQueries>
      <Section
        look="card"
        title={t("title")}
        aside={
          <Button size="sm" disabledReason={blocked} onClick={() => setAsking(true)}>
            {t("ask")}
          </Button>
        }
      >
        {promotions.promotions.length === 0 ? (
          <p className="px-4 py-4 text-muted text-sm">{t("none")}</p>
        ) : null}
        {promotions.promotions.map((promotion) => (
          <PromotionCase
            key={promotion.promotionId}
            tenantId={tenantId}
            promotion={promotion}
            mayPromote={mayPromote}
            hasHook={promotions.hasHook}
            onDone={() => router.refresh()}
          />
        ))}
      </Section>
      {isAsking ? (
        <AskPromotionDialog
          tenantId={tenantId}
          targets={targets}
          onClose={() => setAsking(false)}
          onDone={() => {
            setAsking(false);
            router.refresh();
          }}
        />
      ) : null}
    </LiveQueries>
  );
}
