"use client";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";

export type Decided = "approve" | "reject";

interface DecisionFieldsProps {
  words: Record<"comment" | "commentHint" | "commentMissing" | Decided, string>;
  comment: string;
  onComment: (comment: string) => void;
  /** Why this reader may not decide; null: may. */
  blocked: string | null;
  /** Why nobody can approve yet. */
  notYet?: string | null;
  busy: Decided | null;
  failure: string | null;
  /** Never a rejection without its comment. */
  onDecide: (decision: Decided) => void;
}

/** What a decision is made with: the comment, what went wrong, and both ways to decide. */
export function DecisionFields(props: DecisionFieldsProps) {
  const { words, comment, onComment, blocked, notYet = null, busy, failure, onDecide } = props;
  const [needsComment, setNeedsComment] = useState(false);

  function decide(decision: Decided) {
    const isMissing = decision === "reject" && comment.trim() === "";
    setNeedsComment(isMissing);
    if (!isMissing) onDecide(decision);
  }

  return (
    <>
      {blocked === null ? (
        <TextareaField
          label={words.comment}
          hint={words.commentHint}
          error={needsComment ? words.commentMissing : null}
          maxLength={2000}
          value={comment}
          onChange={onComment}
        />
      ) : null}
      {failure ? (
        <p role="alert" className="rounded-md bg-danger-tint px-3 py-2 text-danger text-sm">
          {failure}
        </p>
      ) : null}
      <div className="flex flex-wrap gap-2">
        <Button
          look="primary"
          disabledReason={blocked ?? notYet}
          isBusy={busy === "approve"}
          onClick={() => decide("approve")}
        >
          {words.approve}
        </Button>
        <Button
          disabledReason={blocked}
          isBusy={busy === "reject"}
          onClick={() => decide("reject")}
        >
          {words.reject}
        </Button>
      </div>
    </>
  );
}

/** The words of a namespace that has them. */
export function decisionWords(
  t: (key: "comment" | "commentHint" | "commentMissing" | Decided) => string,
): DecisionFieldsProps["words"] {
  return {
    comment: t("comment"),
    commentHint: t("commentHint"),
    commentMissing: t("commentMissing"),
    approve: t("approve"),
    reject: t("reject"),
  };
}
