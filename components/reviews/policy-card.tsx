"use client";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Time } from "#components/time/time.tsx";
import { Button } from "#components/ui/button.tsx";
import { Section } from "#components/ui/section.tsx";
import { Status } from "#components/ui/status.tsx";
import type { ReviewOverview } from "#server/features/access-reviews/schema.ts";

const PolicyDialog = dynamic(async () => (await import("./policy-dialog.tsx")).PolicyDialog, {
  ssr: false,
});
const StartDialog = dynamic(async () => (await import("./start-dialog.tsx")).StartDialog, {
  ssr: false,
});

/** The policy in sentences, with what can be done about it. */
export function PolicyCard({ tenantId, overview }: { tenantId: string; overview: ReviewOverview }) {
  const t = useTranslations("reviews.policy");
  const router = useRouter();
  const [open, setOpen] = useState<"edit" | "start" | null>(null);
  const { policy, mayManage } = overview;
  const blocked = mayManage ? null : t("mayNot");
  const done = () => {
    setOpen(null);
    router.refresh();
  };
  return (
    <Section look="card" title={t("title")}>
      <div className="flex flex-col gap-2 px-4 py-3 text-sm">
        {policy ? (
          <>
            <p>{t("every", { days: policy.periodDays, answer: policy.answerDays })}</p>
            <p>{t("by", { roles: policy.reviewerRoles.join(", ") })}</p>
            <p>{t("reminders", { days: policy.remindAfterDays.join(", ") || "none" })}</p>
            <p>{t("silence")}</p>
            {policy.isEnabled ? (
              <p>
                {t("next")} <Time at={policy.nextStartAt} />
              </p>
            ) : (
              <p>
                <Status tone="due" look="plain">
                  {t("paused")}
                </Status>
              </p>
            )}
            <p className="text-muted">
              {t("saved", { version: policy.version, name: policy.updatedByName })}{" "}
              <Time at={policy.updatedAt} />
            </p>
          </>
        ) : (
          <p>{t("none")}</p>
        )}
        <div className="flex flex-wrap gap-2 pt-1">
          <Button size="sm" disabledReason={blocked} onClick={() => setOpen("edit")}>
            {policy ? t("change") : t("make")}
          </Button>
          {policy ? (
            <Button
              size="sm"
              disabledReason={blocked ?? (overview.openCampaignId ? t("openAlready") : null)}
              onClick={() => setOpen("start")}
            >
              {t("start")}
            </Button>
          ) : null}
        </div>
      </div>
      {open === "edit" ? (
        <PolicyDialog
          tenantId={tenantId}
          overview={overview}
          onClose={() => setOpen(null)}
          onDone={done}
        />
      ) : null}
      {open === "start" ? (
        <StartDialog tenantId={tenantId} onClose={() => setOpen(null)} onDone={done} />
      ) : null}
    </Section>
  );
}
