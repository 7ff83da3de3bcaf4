"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ApprovalReviews } from "#components/approvals/approval-reviews.tsx";
import { ReviewForm } from "#components/approvals/review-form.tsx";
import { DiffViewer } from "#components/diff-viewer/diff-viewer.tsx";
import { ReasonDialog } from "#components/rotations/reason-dialog.tsx";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { Identifier } from "#components/ui/identifier.tsx";
import { KeyValueList } from "#components/ui/key-value-list.tsx";
import { Skeleton } from "#components/ui/skeleton.tsx";
import { FINAL_REMEDIATION_STATES } from "#server/engines/remediation/state-machine.ts";
import type { RemediationDetail } from "#server/features/remediation/views.ts";
import { RemediationOutcome } from "./remediation-outcome.tsx";
import { RemediationStateMark } from "./remediation-state.tsx";
import { RemediationSteps } from "./remediation-steps.tsx";

interface RemediationPartProps {
  tenantId: string;
  remediationId: string;
  onChanged: () => void;
}

const MOVING_MILLIS = 2_000;

/** One remediation: what it changes, who has to approve it, how far it is, and how it went. */
export function RemediationPart({ tenantId, remediationId, onChanged }: RemediationPartProps) {
  const t = useTranslations("remediation");
  const [isWithdrawing, setWithdrawing] = useState(false);
  const query = useQuery({
    queryKey: [tenantId, "remediation.byId", remediationId],
    queryFn: () => consoleClient(tenantId).remediation.byId.query({ remediationId }),
    refetchInterval: ({ state }) =>
      state.data && FINAL_REMEDIATION_STATES.has(state.data.state) ? false : MOVING_MILLIS,
  });
  const detail = query.data;
  if (!detail) return <Skeleton className="h-24" />;
  const changed = () => {
    query.refetch();
    onChanged();
  };
  return (
    <div className="flex flex-col gap-3 rounded-lg border border-line px-3 py-3">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <RemediationStateMark state={detail.state} look="badge" />
        {detail.action ? <span className="font-medium">{t(`action.${detail.action}`)}</span> : null}
      </p>
      <p className="text-sm">{t(`stateSays.${detail.state}`)}</p>
      <RemediationOutcome detail={detail} />
      <Plan detail={detail} />
      {detail.approval ? <ApprovalReviews request={detail.approval} /> : null}
      {detail.approval && detail.state === "awaiting_approval" ? (
        <ReviewForm tenantId={tenantId} request={detail.approval} onDone={changed} />
      ) : null}
      <KeyValueList facts={factsOf(detail, t)} />
      {detail.mayWithdraw ? (
        <div>
          <Button size="sm" onClick={() => setWithdrawing(true)}>
            {t("withdraw")}
          </Button>
        </div>
      ) : null}
      <RemediationSteps tenantId={tenantId} detail={detail} />
      {isWithdrawing ? (
        <ReasonDialog
          title={t("withdrawTitle")}
          does={<p className="text-sm">{t("withdrawDoes")}</p>}
          confirm={t("withdrawTitle")}
          look="primary"
          maxLength={2000}
          act={(reason) =>
            consoleClient(tenantId).remediation.withdraw.mutate({ remediationId, reason })
          }
          onClose={() => setWithdrawing(false)}
          onDone={() => {
            showToast({ tone: "ok", title: t("withdrawn") });
            setWithdrawing(false);
            changed();
          }}
        />
      ) : null}
    </div>
  );
}

/** What the dry-run showed; nothing before there was one. */
function Plan({ detail }: { detail: RemediationDetail }) {
  const t = useTranslations("remediation");
  const { changes, overrides, command } = detail;
  return (
    <>
      {changes === null ? null : changes.length === 0 ? (
        <p className="text-muted text-sm">{t("noChanges")}</p>
      ) : (
        <div className="flex flex-col gap-1">
          <DiffViewer label={t("changes")} differences={changes} />
          <p className="text-muted text-xs">{t("changesHint")}</p>
        </div>
      )}
      {overrides.length > 0 ? (
        <p className="text-due text-sm">
          {t("overrides", { managers: `\u2066${overrides.join(", ")}\u2069` })}
        </p>
      ) : null}
      {command ? (
        <details open={detail.state === "by_hand"} className="text-sm">
          <summary className="min-h-6 text-accent">{t("command")}</summary>
          <p className="text-muted text-xs">{t("commandHint")}</p>
          <pre
            dir="ltr"
            className="mt-1 max-h-64 overflow-auto whitespace-pre-wrap break-words rounded-md bg-sunken p-2 text-start font-mono text-xs"
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
            tabIndex={0}
          >
            {command}
          </pre>
        </details>
      ) : null}
    </>
  );
}

function factsOf(detail: RemediationDetail, t: ReturnType<typeof useTranslations<"remediation">>) {
  const { desiredSource, desiredRevision, differenceDigest } = detail;
  return [
    {
      name: t("why"),
      value: (
        <>
          {detail.reason}{" "}
          <span className="text-muted">
            {detail.mode === "auto"
              ? t("byPolicy")
              : t("proposedBy", { name: `\u2068${detail.proposedByName}\u2069` })}
          </span>
        </>
      ),
    },
    ...(desiredSource
      ? [
          {
            name: t("source"),
            value: (
              <>
                <bdi dir="ltr">{desiredSource}</bdi>{" "}
                {desiredRevision ? <Identifier value={desiredRevision} ends={6} /> : null}
              </>
            ),
          },
        ]
      : []),
    ...(differenceDigest
      ? [{ name: t("digests"), value: <Identifier value={differenceDigest} ends={8} /> }]
      : []),
  ];
}
