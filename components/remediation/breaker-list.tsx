"use client";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { objectName } from "#components/drift/object-name.ts";
import { Time } from "#components/time/time.tsx";
import { showToast } from "#components/toast/toast-store.ts";
import { Button } from "#components/ui/button.tsx";
import { Status } from "#components/ui/status.tsx";
import type { Breakers } from "#server/features/remediation/views.ts";

const ReasonDialog = dynamic(
  async () => (await import("#components/rotations/reason-dialog.tsx")).ReasonDialog,
  { ssr: false },
);

interface BreakerListProps {
  tenantId: string;
  breakers: Breakers["breakers"];
  mayManage: boolean;
}

/** Objects that kept coming back: they are not remedied by themselves until somebody looked why. */
export function BreakerList({ tenantId, breakers, mayManage }: BreakerListProps) {
  const t = useTranslations("remediation.breaker");
  const rules = useTranslations("drift.rule");
  const router = useRouter();
  const [asked, setAsked] = useState<string | null>(null);
  if (breakers.length === 0) {
    return <p className="px-4 py-3 text-muted text-sm">{t("none")}</p>;
  }
  return (
    <>
      <ul aria-label={t("label")}>
        {breakers.map((each) => (
          <li
            key={each.breakerId}
            className="flex flex-wrap items-center gap-x-4 gap-y-1 border-line border-b px-4 py-3 text-sm last:border-b-0"
          >
            <span className="min-w-0 flex-1 basis-60 break-words">
              <bdi dir="ltr" className="font-medium">
                {objectName(each.object)}
              </bdi>{" "}
              <bdi dir="ltr" className="text-muted">
                {each.cluster}
              </bdi>
            </span>
            <span>{rules(each.rule)}</span>
            <span className="text-muted">
              {t("timesWithin", {
                count: each.count,
                hours: Math.max(1, Math.round(each.windowSeconds / 3_600)),
              })}
            </span>
            <Time at={each.openedAt} className="text-muted" />
            {each.resetAt ? (
              <Status tone="ok" look="plain">
                {t("isClosed", { name: each.resetByName ?? "–" })}
              </Status>
            ) : (
              <>
                <Status tone="due" look="plain">
                  {t("isOpen")}
                </Status>
                <Button
                  size="sm"
                  disabledReason={mayManage ? null : t("mayNot")}
                  onClick={() => setAsked(each.breakerId)}
                >
                  {t("reset")}
                </Button>
              </>
            )}
          </li>
        ))}
      </ul>
      {asked ? (
        <ReasonDialog
          title={t("resetTitle")}
          does={<p className="text-sm">{t("resetDoes")}</p>}
          confirm={t("resetTitle")}
          look="primary"
          maxLength={2000}
          act={async (reason) => {
            const { consoleClient } = await import("#components/trpc/console-client.ts");
            return consoleClient(tenantId).remediation.resetBreaker.mutate({
              breakerId: asked,
              reason,
            });
          }}
          onClose={() => setAsked(null)}
          onDone={() => {
            showToast({ tone: "ok", title: t("resetDone") });
            setAsked(null);
            router.refresh();
          }}
        />
      ) : null}
    </>
  );
}
