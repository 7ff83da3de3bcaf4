"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Textarea } from "#components/ui/textarea.tsx";

interface CommentFormProps {
  tenantId: string;
  deploymentId: string;
  mayComment: boolean;
}

/** Adds a comment to a case; it can't be taken back. */
export function CommentForm({ tenantId, deploymentId, mayComment }: CommentFormProps) {
  const t = useTranslations("deployments");
  const problemText = useProblemText();
  const router = useRouter();
  const [body, setBody] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);

  async function send() {
    setBusy(true);
    setFailure(null);
    try {
      await consoleClient(tenantId).deployments.comment.mutate({ deploymentId, body });
      setBody("");
      showToast({ tone: "ok", title: t("comment.sent") });
      router.refresh();
    } catch (error) {
      setFailure(problemText(problemOf(error)));
    } finally {
      setBusy(false);
    }
  }

  return (
    <div className="flex flex-col gap-2">
      <Field label={t("comment.label")} hint={t("comment.hint")} error={failure}>
        {(control) => (
          <Textarea
            {...control}
            maxLength={4000}
            value={body}
            onChange={(event) => setBody(event.target.value)}
          />
        )}
      </Field>
      <Button
        className="self-start"
        isBusy={isBusy}
        disabledReason={mayComment ? null : t("mayNotRequest")}
        onClick={send}
      >
        {t("comment.send")}
      </Button>
    </div>
  );
}
