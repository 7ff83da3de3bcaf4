"use client";
import { useTranslations } from "next-intl";
import { Button } from "#components/ui/button.tsx";
import { Section } from "#components/ui/section.tsx";
import { Status } from "#components/ui/status.tsx";
import type { OfferView } from "#server/features/elevation/elevation-views.ts";
import { OfferSentences } from "./offer-sentences.tsx";

interface OfferCardProps {
  offer: OfferView;
  mayManage: boolean;
  onChange: (offer: OfferView) => void;
}

/** What one environment lets people ask for, in words. */
export function OfferCard({ offer, mayManage, onChange }: OfferCardProps) {
  const t = useTranslations("access");
  return (
    <Section
      look="card"
      title={t(`environment.${offer.environment}`)}
      aside={
        offer.isDemanded ? (
          <Status tone="ok" look="plain">
            {t("offers.demanded")}
          </Status>
        ) : (
          t("offers.notDemanded")
        )
      }
    >
      <div className="flex flex-col items-start gap-3 px-4 py-3">
        {offer.policy ? (
          <OfferSentences policy={offer.policy} />
        ) : (
          <p className="text-muted text-sm">{t("offers.none")}</p>
        )}
        {offer.policy ? (
          <p className="text-muted text-xs">
            {t("offers.version", { version: offer.version, name: offer.savedBy ?? "" })}
          </p>
        ) : null}
        <Button
          size="sm"
          disabledReason={mayManage ? null : t("offers.mayNot")}
          onClick={() => onChange(offer)}
        >
          {t(offer.policy ? "offers.change" : "offers.make")}
        </Button>
      </div>
    </Section>
  );
}
