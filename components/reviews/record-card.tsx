"use client";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { showToast } from "#components/toast/toast-store.ts";
import { Button } from "#components/ui/button.tsx";
import { Identifier } from "#components/ui/identifier.tsx";
import { Section } from "#components/ui/section.tsx";
import type { CampaignView } from "#server/features/access-reviews/schema.ts";

/** The record of a closed review: its digest, and the very bytes to take away. */
export function RecordCard({ tenantId, view }: { tenantId: string; view: CampaignView }) {
  const t = useTranslations("reviews.record");

  async function download(format: "json" | "csv") {
    try {
      const { consoleClient } = await import("#components/trpc/console-client.ts");
      const { campaignId } = view;
      const query = consoleClient(tenantId).accessReviews.record.query;
      const { text } = await query({ campaignId, format });
      const type = format === "json" ? "application/json" : "text/csv";
      const url = URL.createObjectURL(new Blob([text], { type }));
      const link = document.createElement("a");
      link.href = url;
      link.download = `access-review-${tenantId}-${campaignId}.${format}`;
      link.click();
      URL.revokeObjectURL(url);
    } catch {
      showToast({ tone: "danger", title: t("failed") });
    }
  }

  return (
    <Section look="card" title={t("title")}>
      <div className="flex flex-col gap-3 px-4 py-3 text-sm">
        {view.recordDigest ? (
          <>
            <p>
              {t("digest")} <Identifier value={view.recordDigest} ends={12} />
            </p>
            <div className="flex flex-wrap gap-2">
              <Button size="sm" onClick={() => download("json")}>
                {t("json")}
              </Button>
              <Button size="sm" onClick={() => download("csv")}>
                {t("csv")}
              </Button>
            </div>
          </>
        ) : (
          <p className="text-muted">{t("open")}</p>
        )}
        <p>
          <Link
            href={`/t/${tenantId}/audit?subject=${encodeURIComponent(`access-campaign/${view.campaignId}`)}`}
            className="text-accent underline"
          >
            {t("events")}
          </Link>
        </p>
      </div>
    </Section>
  );
}
