"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { FormShell } from "#components/ui/form-shell.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";

interface CommentFormProps {
  tenantId: string;
  deploymentId: string;
  mayComment: boolean;
}

/** Adds a comment to a case; it can't be taken back. */
export function CommentForm({ tenantId, deploymentId, mayComment }: CommentFormProps) {
  const t = useTranslations("deployments");
  const router = useRouter();
  const [body, setBody] = useState("");
  const { isBusy, failure, run } = useAct();
  const send = () =>
    run(
      () => consoleClient(tenantId).deployments.comment.mutate({ deploymentId, body }),
      () => {
        setBody("");
        showToast({ tone: "ok", title: t("comment.sent") });
        router.refresh();
      },
    );

  return (
    <FormShell
      confirm={t("comment.send")}
      look="plain"
      isBusy={isBusy}
      failure={failure}
      disabledReason={mayComment ? null : t("mayNotRequest")}
      onSubmit={send}
    >
      <TextareaField
        label={t("comment.label")}
        hint={t("comment.hint")}
        maxLength={4000}
        value={body}
        onChange={setBody}
      />
    </FormShell>
  );
}
