"use client";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Textarea } from "#components/ui/textarea.tsx";
import type { ApprovalDetail } from "#server/features/approvals/schema.ts";

interface ReviewFormProps {
  tenantId: string;
  request: ApprovalDetail;
  onDone: () => void;
}

/** Approve or reject what is on screen: the decision names the digest that was shown. */
export function ReviewForm({ tenantId, request, onDone }: ReviewFormProps) {
  const t = useTranslations("approvals.review");
  const problemText = useProblemText();
  const [comment, setComment] = useState("");
  const [needsComment, setNeedsComment] = useState(false);
  const review = useMutation({
    mutationFn: (decision: "approve" | "reject") =>
      consoleClient(tenantId).approvals.review.mutate({
        requestId: request.requestId,
        subjectDigest: request.subjectDigest,
        decision,
        comment: comment.trim(),
      }),
    onSuccess: (_outcome, decision) => {
      showToast({ tone: "ok", title: t(decision === "approve" ? "approved" : "rejected") });
      onDone();
    },
  });
  const blocked = request.yourPart === "may-decide" ? null : t(`part.${request.yourPart}`);

  function decide(decision: "approve" | "reject") {
    const isMissing = decision === "reject" && comment.trim() === "";
    setNeedsComment(isMissing);
    if (!isMissing) review.mutate(decision);
  }

  return (
    <div className="flex w-full flex-col gap-3">
      {blocked === null ? (
        <Field
          label={t("comment")}
          hint={t("commentHint")}
          error={needsComment ? t("commentMissing") : null}
        >
          {(control) => (
            <Textarea
              {...control}
              maxLength={2000}
              value={comment}
              onChange={(event) => setComment(event.target.value)}
            />
          )}
        </Field>
      ) : null}
      {review.error ? (
        <p role="alert" className="rounded-md bg-danger-tint px-3 py-2 text-danger text-sm">
          {problemText(problemOf(review.error))}
        </p>
      ) : null}
      <div className="flex gap-2">
        <Button
          look="primary"
          disabledReason={blocked}
          isBusy={review.isPending}
          onClick={() => decide("approve")}
        >
          {t("approve")}
        </Button>
        <Button disabledReason={blocked} isBusy={review.isPending} onClick={() => decide("reject")}>
          {t("reject")}
        </Button>
      </div>
    </div>
  );
}
