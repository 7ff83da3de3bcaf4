"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { useStepUp } from "#components/step-up/use-step-up.tsx";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";
import type { ApprovalDetail } from "#server/features/approvals/schema.ts";

interface ReviewFormProps {
  tenantId: string;
  request: ApprovalDetail;
  onDone: () => void;
}

interface Decision {
  requestId: string;
  subjectDigest: string;
  decision: "approve" | "reject";
  comment: string;
}

/** Approve or reject what is on screen: the decision names the digest that was shown. */
export function ReviewForm({ tenantId, request, onDone }: ReviewFormProps) {
  const t = useTranslations("approvals.review");
  const [comment, setComment] = useState("");
  const [needsComment, setNeedsComment] = useState(false);
  const { isBusy, failure, run, fail } = useAct();
  const stepUps = useTranslations("stepUp.review");
  const kinds = useTranslations("approvals.kind");
  const stepUp = useStepUp<Decision>({
    tenantId,
    form: `approvals.review/${request.requestId}`,
    words: () => stepUps("approve", { kind: kinds(request.kind) }),
    send: async (input) => {
      await consoleClient(tenantId).approvals.review.mutate(input);
      showToast({ tone: "ok", title: t(input.decision === "approve" ? "approved" : "rejected") });
      onDone();
    },
    onFailure: fail,
    restore: (input) => setComment(input.comment),
  });
  const blocked = request.yourPart === "may-decide" ? null : t(`part.${request.yourPart}`);

  function decide(decision: "approve" | "reject") {
    const isMissing = decision === "reject" && comment.trim() === "";
    setNeedsComment(isMissing);
    if (isMissing) return;
    const { requestId, subjectDigest } = request;
    run(() => stepUp.attempt({ requestId, subjectDigest, decision, comment: comment.trim() }));
  }

  return (
    <div className="flex w-full flex-col gap-3">
      {blocked === null ? (
        <TextareaField
          label={t("comment")}
          hint={t("commentHint")}
          error={needsComment ? t("commentMissing") : null}
          maxLength={2000}
          value={comment}
          onChange={setComment}
        />
      ) : null}
      {failure ? (
        <p role="alert" className="rounded-md bg-danger-tint px-3 py-2 text-danger text-sm">
          {failure}
        </p>
      ) : null}
      <div className="flex gap-2">
        <Button
          look="primary"
          disabledReason={blocked}
          isBusy={isBusy}
          onClick={() => decide("approve")}
        >
          {t("approve")}
        </Button>
        <Button disabledReason={blocked} isBusy={isBusy} onClick={() => decide("reject")}>
          {t("reject")}
        </Button>
      </div>
      {stepUp.dialog}
    </div>
  );
}
