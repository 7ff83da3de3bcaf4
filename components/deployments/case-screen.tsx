"use client";
import dynamic from "next/dynamic";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { RefreshButton } from "#components/live/refresh-button.tsx";
import { usePageRefresh } from "#components/live/use-page-refresh.ts";
import { AsOfProvider } from "#components/time/as-of.tsx";
import { Time } from "#components/time/time.tsx";
import { PageHeader } from "#components/ui/page-header.tsx";
import { Section } from "#components/ui/section.tsx";
import type { DeploymentDetail } from "#server/features/deployments/schema.ts";
import { BlockerList } from "./blocker-list.tsx";
import { CaseFacts } from "./case-facts.tsx";
import { CaseReviews } from "./case-reviews.tsx";
import { CaseTimeline } from "./case-timeline.tsx";
import { ImageDiff } from "./image-diff.tsx";
import { StateMark } from "./state-mark.tsx";

const CaseEvidence = dynamic(async () => (await import("./case-evidence.tsx")).CaseEvidence, {
  ssr: false,
});
const DecideForm = dynamic(async () => (await import("./decide-form.tsx")).DecideForm, {
  ssr: false,
});
const CommentForm = dynamic(async () => (await import("./comment-form.tsx")).CommentForm, {
  ssr: false,
});
const WithdrawForm = dynamic(async () => (await import("./withdraw-form.tsx")).WithdrawForm, {
  ssr: false,
});

const OPEN = new Set(["requested", "checking", "awaiting_approval", "approved", "executing"]);

interface CaseScreenProps {
  tenantId: string;
  detail: DeploymentDetail;
  mayRequest: boolean;
}

/** One request as a case file: the evidence, and beside it the decision. */
export function CaseScreen({ tenantId, detail, mayRequest }: CaseScreenProps) {
  const t = useTranslations("deployments");
  const isOpen = OPEN.has(detail.state);
  usePageRefresh(isOpen, 4_000);
  const environment = t(`environment.${detail.environment}`);
  const body = "px-4 py-3";
  return (
    <AsOfProvider at={detail.asOf}>
      <PageHeader
        title={t("card.where", { service: detail.service, environment })}
        asOf={detail.asOf}
        actions={
          <>
            <Link href={`/t/${tenantId}/deployments`} className="text-accent hover:underline">
              {t("case.back")}
            </Link>
            <StateMark state={detail.state} isReportOverdue={detail.isReportOverdue} />
            <RefreshButton />
          </>
        }
      />
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="flex min-w-0 flex-col gap-4">
          <Section look="card" title={t("images.title")}>
            <div className={`${body} flex flex-col gap-2`}>
              {detail.runningSince ? (
                <p className="text-muted text-sm">
                  {t("images.since")} <Time at={detail.runningSince} />
                </p>
              ) : (
                <p className="text-muted text-sm">{t("images.nothingRuns")}</p>
              )}
              <ImageDiff
                images={detail.images}
                isConfigChanged={detail.isConfigChanged}
                config={{ wanted: detail.configDigest, running: detail.runningConfigDigest }}
              />
            </div>
          </Section>
          <Section look="card" title={t("case.facts")}>
            <div className={body}>
              <CaseFacts tenantId={tenantId} detail={detail} />
            </div>
          </Section>
          <Section look="card" title={t("case.supplyChain")}>
            <div className={body}>
              <CaseEvidence
                tenantId={tenantId}
                detail={detail}
                mayRequest={mayRequest}
                isOpen={isOpen}
              />
            </div>
          </Section>
          <Section look="card" title={t("case.timeline")}>
            <div className={body}>
              <CaseTimeline detail={detail} />
            </div>
          </Section>
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          {isOpen ? (
            <Section look="card" title={t("decide.title")}>
              <div className={`${body} flex flex-col gap-3`}>
                <BlockerList card={detail} />
                <DecideForm
                  key={detail.subjectDigest}
                  tenantId={tenantId}
                  card={detail}
                  policyVersion={detail.policyVersion}
                />
                {detail.isYours && detail.state !== "executing" ? (
                  <WithdrawForm tenantId={tenantId} deploymentId={detail.deploymentId} />
                ) : null}
              </div>
            </Section>
          ) : null}
          <Section look="card" title={t("case.approvals")}>
            <div className={body}>
              <CaseReviews detail={detail} />
            </div>
          </Section>
          <Section look="card" title={t("case.comments")}>
            <div className={`${body} flex flex-col gap-3`}>
              {detail.comments.length === 0 ? (
                <p className="text-muted text-sm">{t("case.noComments")}</p>
              ) : null}
              <ul className="flex flex-col gap-2">
                {detail.comments.map((comment) => (
                  <li key={comment.commentId} className="text-sm">
                    <p className="text-muted">
                      <bdi className="font-medium text-text">{comment.author}</bdi>{" "}
                      <Time at={comment.createdAt} />
                    </p>
                    <p className="whitespace-pre-wrap break-words">{comment.body}</p>
                  </li>
                ))}
              </ul>
              <CommentForm
                tenantId={tenantId}
                deploymentId={detail.deploymentId}
                mayComment={mayRequest}
              />
            </div>
          </Section>
        </div>
      </div>
    </AsOfProvider>
  );
}
