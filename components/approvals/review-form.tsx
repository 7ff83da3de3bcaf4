"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { useStepUp } from "#components/step-up/use-step-up.tsx";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import type { ApprovalDetail } from "#server/features/approvals/schema.ts";
import { type Decided, DecisionFields, decisionWords } from "./decision-fields.tsx";

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

  function decide(decision: Decided) {
    const { requestId, subjectDigest } = request;
    run(() => stepUp.attempt({ requestId, subjectDigest, decision, comment: comment.trim() }));
  }

  return (
    <div className="flex w-full flex-col gap-3">
      <DecisionFields
        words={decisionWords(t)}
        comment={comment}
        onComment={setComment}
        blocked={blocked}
        busy={isBusy ? "approve" : null}
        failure={failure}
        onDecide={decide}
      />
      {stepUp.dialog}
    </div>
  );
}
