"use client";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useEffect } from "react";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { usePageRefresh } from "#components/live/use-page-refresh.ts";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { EmptyState } from "#components/ui/empty-state.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { useUrlState } from "#components/url/use-url-state.ts";
import type { Inbox } from "#server/features/inbox/schema.ts";
import { tellInboxCount } from "./inbox-store.ts";

const ApprovalPanel = dynamic(
  async () => (await import("#components/approvals/approval-panel.tsx")).ApprovalPanel,
  { ssr: false },
);
const InboxItemCard = dynamic(async () => (await import("./inbox-item.tsx")).InboxItemCard, {
  ssr: false,
});
const NotifyButton = dynamic(async () => (await import("./notify-button.tsx")).NotifyButton, {
  ssr: false,
});

/** Everything that waits for the reader, of every kind, the most urgent first. */
export function InboxScreen({ tenantId, inbox }: { tenantId: string; inbox: Inbox }) {
  const t = useTranslations("inbox");
  const { params, change } = useUrlState();
  const opened = params.get("approval");
  const { items, asOf } = inbox;
  usePageRefresh(true, 5_000);
  useEffect(() => tellInboxCount(tenantId, items.length), [tenantId, items.length]);
  return (
    <AsOfProvider at={asOf}>
      <PageHeader
        title={t("title")}
        asOf={asOf}
        actions={
          <>
            <NotifyButton />
            <RefreshButton />
          </>
        }
      />
      {items.length === 0 ? (
        <EmptyState title={t("none")}>{t("noneBody")}</EmptyState>
      ) : (
        <ul className="grid items-start gap-4 xl:grid-cols-2">
          {items.map((item) => (
            <li key={`${item.kind}/${item.id}`} className="min-w-0">
              <InboxItemCard tenantId={tenantId} item={item} />
            </li>
          ))}
        </ul>
      )}
      {opened ? (
        <ApprovalPanel
          key={opened}
          tenantId={tenantId}
          requestId={opened}
          onClose={() => change({ approval: null })}
        />
      ) : null}
    </AsOfProvider>
  );
}
