"use client";
import { ArrowLeft } from "lucide-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useCallback } from "react";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { usePageRefresh } from "#components/live/use-page-refresh.ts";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import type { CredentialVersion } from "#server/features/rotation/versions-schema.ts";
import type { CredentialDetail } from "./credential-detail.ts";
import { CredentialFacts } from "./credential-facts.tsx";
import { CREDENTIAL_SECTIONS } from "./credential-sections.ts";
import { CredentialVersions } from "./credential-versions.tsx";
import { pollMillis } from "./poll-millis.ts";
import { RotationHistory } from "./rotation-history.tsx";
import { isOver } from "./rotation-path.ts";
import { RotationTimeline } from "./rotation-timeline.tsx";
import { StatusMark } from "./status-mark.tsx";

const CredentialActs = dynamic(async () => (await import("./credential-acts.tsx")).CredentialActs, {
  ssr: false,
  loading: () => <Skeleton className="h-9 w-32" />,
});

interface CredentialScreenProps {
  tenantId: string;
  detail: CredentialDetail;
  versions: readonly CredentialVersion[];
  mayRotate: boolean;
}

/** One credential on a page of its own; what other parts know of it stands in their sections. */
export function CredentialScreen(props: CredentialScreenProps) {
  const { tenantId, detail, versions, mayRotate } = props;
  const t = useTranslations("rotations");
  const router = useRouter();
  const refresh = useCallback(() => router.refresh(), [router]);
  const { binding, rotations } = detail;
  const [newest, ...earlier] = rotations;
  const poll = pollMillis(rotations.map((rotation) => rotation.state));
  usePageRefresh(poll !== null, poll ?? undefined);
  return (
    <AsOfProvider at={detail.asOf}>
      <Link
        href={`/t/${tenantId}/rotations`}
        className="inline-flex items-center gap-1 self-start text-muted text-sm hover:text-text"
      >
        <ArrowLeft aria-hidden className="size-4 rtl:-scale-x-100" />
        {t("title")}
      </Link>
      <PageHeader
        title={
          <>
            <bdi className="break-all">{binding.name}</bdi>
            <span className="font-normal text-muted">{` ${binding.environment}`}</span>
          </>
        }
        asOf={detail.asOf}
        actions={<RefreshButton />}
      />
      <div className="flex flex-wrap items-center gap-3">
        <StatusMark status={binding.status} look="badge" />
        <CredentialActs
          tenantId={tenantId}
          detail={detail}
          mayRotate={mayRotate}
          onDone={refresh}
        />
      </div>
      <div className="grid min-w-0 gap-6 lg:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-6">
          <Section
            title={
              newest ? t(isOver(newest.state) ? "detail.last" : "detail.current") : t("detail.last")
            }
          >
            {newest ? (
              <RotationTimeline rotation={newest} />
            ) : (
              <p className="text-muted text-sm">{t("detail.noHistory")}</p>
            )}
          </Section>
          {CREDENTIAL_SECTIONS.map(({ name, Content }) => (
            <Content key={name} tenantId={tenantId} detail={detail} onDone={refresh} />
          ))}
          <RotationHistory rotations={earlier} />
        </div>
        <div className="flex min-w-0 flex-col gap-6">
          <CredentialFacts binding={binding} />
          <CredentialVersions versions={versions} />
        </div>
      </div>
    </AsOfProvider>
  );
}
