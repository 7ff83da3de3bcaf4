"use client";
import { useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { DiffViewer } from "#components/diff-viewer/diff-viewer.tsx";
import { problemOf } from "#components/problem/problem.ts";
import { ProblemState } from "#components/problem/problem-state.tsx";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { Time } from "#components/time/time.tsx";
import { consoleClient } from "#components/trpc/console-client.ts";
import { LiveQueries } from "#components/trpc/live-queries.tsx";
import { DetailPanel } from "#components/ui/detail-panel.tsx";
import { Section } from "#components/ui/section.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import type { FindingDetail } from "#server/features/drift/views.ts";
import { SeverityMark, StateMark, UnknownMark } from "./drift-marks.tsx";
import type { DriftRights } from "./drift-screen.tsx";
import { DriftSources } from "./drift-sources.tsx";
import { FindingActs } from "./finding-acts.tsx";
import { FindingFacts } from "./finding-facts.tsx";
import { FindingHistory } from "./finding-history.tsx";
import { FindingSentence } from "./finding-sentence.tsx";
import { objectName } from "./object-name.ts";

const RemediationSection = dynamic(
  async () => (await import("#components/remediation/remediation-section.tsx")).RemediationSection,
  { ssr: false },
);

interface FindingPanelProps {
  tenantId: string;
  findingId: string;
  rights: DriftRights;
  onClose: () => void;
}

const REFRESH_MILLIS = 10_000;

function FindingPanelBody({ tenantId, findingId, rights, onClose }: FindingPanelProps) {
  const t = useTranslations("drift");
  const router = useRouter();
  const query = useQuery({
    queryKey: [tenantId, "drift.finding", findingId],
    queryFn: () => consoleClient(tenantId).drift.finding.query({ findingId }),
    refetchInterval: REFRESH_MILLIS,
  });
  const finding = query.data;
  const group = useQuery({
    queryKey: [tenantId, "drift.group", finding?.groupId],
    queryFn: () =>
      consoleClient(tenantId).drift.groups.query({ groupId: finding?.groupId ?? "", limit: 1 }),
    enabled: finding !== undefined,
    refetchInterval: REFRESH_MILLIS,
  });
  if (!finding) {
    return (
      <DetailPanel
        size="wide"
        kind={t("finding.kind")}
        title={t("finding.loading")}
        onClose={onClose}
      >
        {query.error ? (
          <ProblemState
            problem={problemOf(query.error)}
            scope="runtime.drift.read"
            onRetry={() => query.refetch()}
          />
        ) : (
          <>
            <Skeleton className="h-24" />
            <Skeleton className="h-56" />
            <Skeleton className="h-40" />
          </>
        )}
      </DetailPanel>
    );
  }
  const ofCause = group.data?.items[0]?.count ?? 1;
  const changed = () => {
    query.refetch();
    group.refetch();
    router.refresh();
  };
  return (
    <AsOfProvider at={finding.asOf}>
      <DetailPanel
        size="wide"
        kind={t(`rule.${finding.rule}`)}
        title={<bdi dir="ltr">{objectName(finding.object)}</bdi>}
        onClose={onClose}
        actions={
          <FindingActs
            tenantId={tenantId}
            finding={finding}
            ofCause={ofCause}
            rights={rights}
            onChanged={changed}
          />
        }
      >
        <div className="flex flex-col gap-3">
          <p className="flex flex-wrap items-center gap-2">
            <SeverityMark severity={finding.severity} look="badge" />
            <StateMark state={finding.state} look="badge" />
            {ofCause > 1 ? (
              <span className="text-muted text-sm">{t("finding.ofCause", { count: ofCause })}</span>
            ) : null}
          </p>
          <UnknownLine finding={finding} />
          <FindingSentence finding={finding} />
        </div>
        <Section title={t("finding.differs")}>
          <Differences finding={finding} />
        </Section>
        {rights.mayReadRemediations ? (
          <RemediationSection tenantId={tenantId} findingId={findingId} onChanged={changed} />
        ) : null}
        <FindingFacts tenantId={tenantId} finding={finding} />
        <FindingHistory tenantId={tenantId} finding={finding} />
        <DriftSources sources={finding.sources} />
      </DetailPanel>
    </AsOfProvider>
  );
}

function UnknownLine({ finding: { unknownSince } }: { finding: FindingDetail }) {
  const t = useTranslations("drift.unknown");
  if (!unknownSince) return null;
  return (
    <p className="flex flex-wrap items-baseline gap-x-2 rounded-md bg-unknown-tint px-3 py-2 text-sm">
      <UnknownMark />
      <span>{t.rich("since", { time: () => <Time key="since" at={unknownSince} /> })}</span>
    </p>
  );
}

function Differences({ finding }: { finding: FindingDetail }) {
  const t = useTranslations("drift.finding");
  const hidden = finding.differenceCount - finding.differences.length;
  if (finding.differences.length === 0) {
    return <p className="text-muted text-sm">{t("noFields")}</p>;
  }
  return (
    <>
      <DiffViewer label={t("differs")} differences={finding.differences} />
      {hidden > 0 ? <p className="text-muted text-sm">{t("cut", { count: hidden })}</p> : null}
    </>
  );
}

/** One finding: what is wrong and what to do, the difference, what is done about it, and its history. */
export function FindingPanel(props: FindingPanelProps) {
  return (
    <LiveQueries>
      <FindingPanelBody {...props} />
    </LiveQueries>
  );
}
