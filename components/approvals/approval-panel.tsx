"use client";
import { useQuery } from "@tanstack/react-query";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { JsonText } from "#components/audit/json-text.tsx";
import { problemOf } from "#components/problem/problem.ts";
import { ProblemState } from "#components/problem/problem-state.tsx";
import { ClockTime } from "#components/time/clock-time.tsx";
import { consoleClient } from "#components/trpc/console-client.ts";
import { LiveQueries } from "#components/trpc/live-queries.tsx";
import { DetailPanel } from "#components/ui/detail-panel.tsx";
import { Identifier } from "#components/ui/identifier.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import { Section } from "#components/ui/section.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { ApprovalReviews } from "./approval-reviews.tsx";
import { ReviewForm } from "./review-form.tsx";
import { WithdrawForm } from "./withdraw-form.tsx";

const RemediationEvidence = dynamic(
  () => import("./remediation-evidence.tsx").then((module) => module.RemediationEvidence),
  { ssr: false },
);

interface ApprovalPanelProps {
  tenantId: string;
  requestId: string;
  onClose: () => void;
}

function ApprovalPanelBody({ tenantId, requestId, onClose }: ApprovalPanelProps) {
  const t = useTranslations("approvals");
  const router = useRouter();
  const query = useQuery({
    queryKey: [tenantId, "approvals.byId", requestId],
    queryFn: () => consoleClient(tenantId).approvals.byId.query({ requestId }),
  });
  const request = query.data;
  if (!request) {
    return (
      <DetailPanel kind={t("panel.kind")} title={t("panel.loading")} onClose={onClose}>
        {query.error ? (
          <ProblemState
            problem={problemOf(query.error)}
            scope="runtime.approvals.read"
            onRetry={() => query.refetch()}
          />
        ) : (
          <Skeleton className="h-64" />
        )}
      </DetailPanel>
    );
  }
  const changed = () => {
    query.refetch();
    router.refresh();
  };
  const facts = [
    { name: t("panel.requester"), value: request.requester.name },
    { name: t("panel.subject"), value: <Identifier value={request.subjectRef} /> },
    { name: t("panel.reason"), value: request.reason },
    { name: t("panel.asked"), value: <ClockTime at={request.createdAt} /> },
    { name: t("panel.expires"), value: <ClockTime at={request.expiresAt} /> },
    { name: t("panel.revision"), value: request.revision },
    { name: t("panel.digest"), value: <Identifier value={request.subjectDigest} ends={10} /> },
  ];
  return (
    <DetailPanel
      kind={t("panel.kind")}
      title={t(`kind.${request.kind}`)}
      onClose={onClose}
      actions={
        <div className="flex w-full flex-col gap-3">
          <ReviewForm tenantId={tenantId} request={request} onDone={changed} />
          {request.yourPart === "requester" ? (
            <WithdrawForm
              withdraw={(reason) =>
                consoleClient(tenantId).approvals.withdraw.mutate({ requestId, reason })
              }
              onDone={changed}
            />
          ) : null}
        </div>
      }
    >
      <KeyValueList facts={facts} />
      {request.kind === "remediation" ? (
        <RemediationEvidence
          tenantId={tenantId}
          remediationId={request.subjectRef.slice("remediation/".length)}
        />
      ) : null}
      <ApprovalReviews request={request} />
      <Section title={t("panel.approving")}>
        <p className="text-muted text-xs">{t("panel.approvingHint")}</p>
        <JsonText label={t("panel.asJson")} value={JSON.parse(request.subject)} />
      </Section>
    </DetailPanel>
  );
}

/** A request for approval beside its evidence, and the reader's decision on it. */
export function ApprovalPanel(props: ApprovalPanelProps) {
  return (
    <LiveQueries>
      <ApprovalPanelBody {...props} />
    </LiveQueries>
  );
}
