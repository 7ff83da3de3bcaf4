"use client";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { usePageRefresh } from "#components/live/use-page-refresh.ts";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { Button } from "#components/ui/button.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";
import { Status } from "#components/ui/status.tsx";
import type { CampaignView } from "#server/features/access-reviews/schema.ts";
import { CampaignFacts } from "./campaign-facts.tsx";
import { CampaignMatrix } from "./campaign-matrix.tsx";
import { CAMPAIGN_TONES } from "./campaign-state.ts";
import { RecordCard } from "./record-card.tsx";

const CloseDialog = dynamic(async () => (await import("./close-dialog.tsx")).CloseDialog, {
  ssr: false,
});

interface CampaignScreenProps {
  tenantId: string;
  view: CampaignView;
}

const REFRESH_MILLIS = 3_000;

/** One review: how far it is, people by roles, and when it is closed its record. */
export function CampaignScreen({ tenantId, view }: CampaignScreenProps) {
  const t = useTranslations("reviews");
  const format = useFormatter();
  const router = useRouter();
  const [isClosing, setClosing] = useState(false);
  usePageRefresh(view.state !== "closed" || view.unfinished > 0, REFRESH_MILLIS);
  const left = view.items - view.decided;
  const isOpen = view.state !== "closed";
  return (
    <AsOfProvider at={view.asOf}>
      <Link href={`/t/${tenantId}/access/reviews`} className="text-accent text-sm underline">
        {t("one.back")}
      </Link>
      <PageHeader
        title={t("started", { date: format.dateTime(view.startedAt, { dateStyle: "long" }) })}
        asOf={view.asOf}
        actions={
          <div className="flex flex-wrap items-center gap-2">
            {isOpen ? (
              <Button
                size="sm"
                look="primary"
                disabledReason={
                  view.mayClose
                    ? left > 0
                      ? t("close.undecided", { count: left })
                      : null
                    : t("close.mayNot")
                }
                onClick={() => setClosing(true)}
              >
                {t("close.action")}
              </Button>
            ) : null}
            <RefreshButton />
          </div>
        }
      />
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <Status tone={CAMPAIGN_TONES[view.state]}>{t(`state.${view.state}`)}</Status>
        <span className="flex items-center gap-2 text-sm tabular-nums">
          <progress
            aria-label={t("progress", { decided: view.decided, items: view.items })}
            className="h-2 w-40 appearance-none overflow-hidden rounded-full bg-line [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-line [&::-webkit-progress-value]:bg-accent"
            max={Math.max(view.items, 1)}
            value={view.decided}
          />
          {t("progress", { decided: view.decided, items: view.items })}
          {" · "}
          {t("revokedCount", { count: view.revoked })}
        </span>
        {view.unfinished > 0 ? (
          <Status tone="due">{t("unfinishedCount", { count: view.unfinished })}</Status>
        ) : null}
        {view.unknownSources > 0 ? (
          <Status tone="unknown">{t("unknownCount", { count: view.unknownSources })}</Status>
        ) : null}
      </div>
      <p className="text-muted text-sm">
        {t(`one.part.${view.yourPart}`, { roles: view.reviewerRoles.join(", ") })}
      </p>
      <CampaignMatrix tenantId={tenantId} view={view} />
      <div className="grid min-w-0 gap-4 xl:grid-cols-2">
        <Section look="card" title={t("one.sources")}>
          <CampaignFacts view={view} />
        </Section>
        <RecordCard tenantId={tenantId} view={view} />
      </div>
      {isClosing ? (
        <CloseDialog
          tenantId={tenantId}
          view={view}
          onClose={() => setClosing(false)}
          onDone={() => {
            setClosing(false);
            router.refresh();
          }}
        />
      ) : null}
    </AsOfProvider>
  );
}
