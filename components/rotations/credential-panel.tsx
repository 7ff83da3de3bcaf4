"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { SightingsSection } from "#components/bindings/sightings-section.tsx";
import { problemOf } from "#components/problem/problem.ts";
import { ProblemState } from "#components/problem/problem-state.tsx";
import { BindingReads } from "#components/regions/binding-reads.tsx";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { consoleClient } from "#components/trpc/console-client.ts";
import { LiveQueries } from "#components/trpc/live-queries.tsx";
import { Button } from "#components/ui/button.tsx";
import { DetailPanel } from "#components/ui/detail-panel.tsx";
import { Section } from "#components/ui/section.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { useBlockedReason } from "./blocked-reason.ts";
import { ConsumersSection } from "./consumers-section.tsx";
import type { CredentialDetail } from "./credential-detail.ts";
import { CredentialFacts } from "./credential-facts.tsx";
import { ForceRotateDialog } from "./force-rotate-dialog.tsx";
import { OwnWays } from "./own-ways.tsx";
import { pollMillis } from "./poll-millis.ts";
import { RotationActions } from "./rotation-actions.tsx";
import { RotationHistory } from "./rotation-history.tsx";
import { isOver } from "./rotation-path.ts";
import { RotationTimeline } from "./rotation-timeline.tsx";
import { StatusMark } from "./status-mark.tsx";

interface CredentialPanelProps {
  tenantId: string;
  bindingId: string;
  mayRotate: boolean;
  onClose: () => void;
}

function CredentialPanelBody({ tenantId, bindingId, mayRotate, onClose }: CredentialPanelProps) {
  const t = useTranslations("rotations");
  const router = useRouter();
  const blockedReason = useBlockedReason();
  const [isAsking, setAsking] = useState(false);
  const query = useQuery({
    queryKey: [tenantId, "rotation.detail", bindingId],
    queryFn: (): Promise<CredentialDetail> =>
      consoleClient(tenantId).rotation.detail.query({ bindingId }),
    refetchInterval: ({ state }) =>
      pollMillis(state.data?.rotations.map((rotation) => rotation.state) ?? []) ?? false,
  });
  const detail = query.data;
  if (!detail) {
    return (
      <DetailPanel kind={t("detail.kind")} title={t("detail.loading")} onClose={onClose}>
        {query.error ? (
          <ProblemState
            problem={problemOf(query.error)}
            scope="runtime.secrets.read"
            onRetry={() => query.refetch()}
          />
        ) : (
          <>
            <Skeleton className="h-40" />
            <Skeleton className="h-24" />
            <Skeleton className="h-64" />
          </>
        )}
      </DetailPanel>
    );
  }
  const [newest, ...earlier] = detail.rotations;
  return (
    <AsOfProvider at={detail.asOf}>
      <DetailPanel
        kind={t("detail.kind")}
        title={detail.binding.name}
        onClose={onClose}
        actions={
          <>
            <Button
              look="danger"
              disabledReason={blockedReason(detail, mayRotate)}
              onClick={() => setAsking(true)}
            >
              {t("force.button")}
            </Button>
            <Link
              href={`/t/${tenantId}/rotations/${bindingId}`}
              className="ms-auto inline-flex min-h-9 items-center text-accent text-sm underline"
            >
              {t("detail.page")}
            </Link>
            <Link
              href={`/t/${tenantId}/audit?q=${encodeURIComponent(`subject:secret-binding/${bindingId}`)}`}
              className="inline-flex min-h-9 items-center text-accent text-sm underline"
            >
              {t("detail.events")}
            </Link>
          </>
        }
      >
        <div>
          <StatusMark status={detail.binding.status} look="badge" />
        </div>
        {newest ? (
          <Section title={t(isOver(newest.state) ? "detail.last" : "detail.current")}>
            <RotationActions
              tenantId={tenantId}
              rotation={newest}
              mayRotate={mayRotate}
              onDone={() => query.refetch()}
            />
            <RotationTimeline rotation={newest} />
          </Section>
        ) : null}
        <ConsumersSection
          tenantId={tenantId}
          detail={detail}
          onChanged={() => {
            query.refetch();
            router.refresh();
          }}
        />
        <OwnWays
          tenantId={tenantId}
          detail={detail}
          onDone={() => {
            query.refetch();
            router.refresh();
          }}
        />
        <CredentialFacts binding={detail.binding} />
        <SightingsSection
          tenantId={tenantId}
          binding={detail.binding}
          onChanged={() => {
            query.refetch();
            router.refresh();
          }}
        />
        <BindingReads tenantId={tenantId} bindingId={bindingId} />
        <RotationHistory rotations={earlier} />
      </DetailPanel>
      <ForceRotateDialog
        tenantId={tenantId}
        binding={detail.binding}
        window={detail.window}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onStarted={() => {
          setAsking(false);
          query.refetch();
          router.refresh();
        }}
      />
    </AsOfProvider>
  );
}

/** The opened credential: what is happening to it, its rule, its history; never its value. */
export function CredentialPanel(props: CredentialPanelProps) {
  return (
    <LiveQueries>
      <CredentialPanelBody {...props} />
    </LiveQueries>
  );
}
