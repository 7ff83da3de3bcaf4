"use client";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { ApprovalReviews } from "#components/approvals/approval-reviews.tsx";
import { ReviewForm } from "#components/approvals/review-form.tsx";
import { problemOf } from "#components/problem/problem.ts";
import { ProblemState } from "#components/problem/problem-state.tsx";
import { ClockTime } from "#components/time/clock-time.tsx";
import { durationText } from "#components/time/duration-text.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { LiveQueries } from "#components/trpc/live-queries.tsx";
import { Button } from "#components/ui/button.tsx";
import { DetailPanel } from "#components/ui/detail-panel.tsx";
import { Identifier } from "#components/ui/identifier.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import { Section } from "#components/ui/section.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { ActivateForm } from "./activate-form.tsx";
import { GrantFacts } from "./grant-facts.tsx";
import { HistoryTimeline } from "./history-timeline.tsx";
import { RequestMark } from "./standing-mark.tsx";
import { useScopeWords } from "./use-scope-words.ts";
import { WithdrawDialog } from "./withdraw-dialog.tsx";

const REFRESH_MILLIS = 3_000;

interface RequestPanelProps {
  tenantId: string;
  requestId: string;
  onClose: () => void;
}

function RequestPanelBody({ tenantId, requestId, onClose }: RequestPanelProps) {
  const t = useTranslations("access");
  const locale = useLocale();
  const router = useRouter();
  const words = useScopeWords();
  const [isWithdrawing, setWithdrawing] = useState(false);
  const query = useQuery({
    queryKey: [tenantId, "elevation.byId", requestId],
    queryFn: () => consoleClient(tenantId).elevation.byId.query({ requestId }),
    refetchInterval: REFRESH_MILLIS,
  });
  const request = query.data;
  if (!request) {
    return (
      <DetailPanel kind={t("request.kind")} title={t("request.loading")} onClose={onClose}>
        {query.error ? (
          <ProblemState
            problem={problemOf(query.error)}
            scope="runtime.elevation.read"
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
  const environment = t(`environment.${request.environment}`);
  const isOpen = request.state === "waiting" || request.state === "approved";
  const facts = [
    { name: t("request.kind"), value: <RequestMark state={request.state} /> },
    { name: t("grant.scopes"), value: request.scopes.map(words).join(" · ") },
    {
      name: t(`request.kinds.${request.kind}`),
      value: t("request.for", { duration: durationText(request.durationSeconds, locale) }),
    },
    {
      name: t("request.from"),
      value: request.startsAt ? <ClockTime at={request.startsAt} /> : t("request.atOnce"),
    },
    { name: t("request.reason"), value: request.reason },
    { name: t("request.asked"), value: <ClockTime at={request.createdAt} /> },
    { name: t("request.expires"), value: <ClockTime at={request.expiresAt} /> },
    { name: t("request.digest"), value: <Identifier value={request.subjectDigest} ends={10} /> },
  ];
  return (
    <DetailPanel
      kind={t("request.kind")}
      title={
        request.isYours
          ? t("request.titleYou", { environment })
          : t("request.title", { person: request.person, environment })
      }
      onClose={onClose}
      actions={
        request.isYours ? (
          isOpen ? (
            <>
              <ActivateForm tenantId={tenantId} request={request} onDone={changed} />
              <Button onClick={() => setWithdrawing(true)}>{t("request.withdraw")}</Button>
            </>
          ) : null
        ) : request.state === "waiting" ? (
          <ReviewForm tenantId={tenantId} request={request.approval} onDone={changed} />
        ) : null
      }
    >
      <KeyValueList facts={facts} />
      <ApprovalReviews request={request.approval} />
      {request.grant ? (
        <Section title={t("grant.kind")}>
          <GrantFacts grant={request.grant} />
        </Section>
      ) : null}
      <HistoryTimeline entries={request.timeline} reviews={request.approval.reviews} />
      {isWithdrawing ? (
        <WithdrawDialog
          tenantId={tenantId}
          requestId={requestId}
          onDone={changed}
          onClose={() => setWithdrawing(false)}
        />
      ) : null}
    </DetailPanel>
  );
}

/** One request: what it will give, who has agreed, what happened; and the reader's part in it. */
export function RequestPanel(props: RequestPanelProps) {
  return (
    <LiveQueries>
      <RequestPanelBody {...props} />
    </LiveQueries>
  );
}
