"use client";
import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { usePageRefresh } from "#components/live/use-page-refresh.ts";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import type { RetentionOverview } from "#server/features/retention/views.ts";

const ClassesSection = dynamic(async () => (await import("./classes-section.tsx")).ClassesSection, {
  ssr: false,
  loading: () => <Skeleton className="h-40" />,
});
const HoldsSection = dynamic(async () => (await import("./holds-section.tsx")).HoldsSection, {
  ssr: false,
  loading: () => <Skeleton className="h-40" />,
});
const ActsSection = dynamic(async () => (await import("./acts-section.tsx")).ActsSection, {
  ssr: false,
  loading: () => <Skeleton className="h-40" />,
});
const KeysSection = dynamic(async () => (await import("./keys-section.tsx")).KeysSection, {
  ssr: false,
  loading: () => <Skeleton className="h-40" />,
});
const LogKeysPanel = dynamic(async () => (await import("./log-keys-panel.tsx")).LogKeysPanel, {
  ssr: false,
  loading: () => <Skeleton className="h-40" />,
});

const REFRESH_MILLIS = 10_000;

export interface RetentionSectionProps {
  tenantId: string;
  overview: RetentionOverview;
}

/** How long the log keeps its content, what is held and erased, and the keys it is under. */
export function RetentionScreen({ tenantId, overview }: RetentionSectionProps) {
  const t = useTranslations("retention");
  usePageRefresh(true, REFRESH_MILLIS);
  return (
    <AsOfProvider at={overview.asOf}>
      <PageHeader title={t("title")} asOf={overview.asOf} actions={<RefreshButton />} />
      <p className="max-w-prose text-muted text-sm">{t("about")}</p>
      <div className="flex flex-col gap-6">
        <ClassesSection tenantId={tenantId} overview={overview} />
        <HoldsSection tenantId={tenantId} overview={overview} />
        <ActsSection tenantId={tenantId} overview={overview} />
        <KeysSection tenantId={tenantId} overview={overview} />
        <LogKeysPanel tenantId={tenantId} />
      </div>
    </AsOfProvider>
  );
}
