"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";

interface WithdrawDialogProps {
  tenantId: string;
  requestId: string;
  onDone: () => void;
  onClose: () => void;
}

/** Takes an own request back, with why. */
export function WithdrawDialog({ tenantId, requestId, onDone, onClose }: WithdrawDialogProps) {
  const t = useTranslations("access.withdraw");
  const { isBusy, failure, run } = useAct();
  const [reason, setReason] = useState("");
  const [isTried, setTried] = useState(false);
  const isMissing = reason.trim() === "";

  function withdraw() {
    setTried(true);
    if (isMissing) return;
    run(
      () => consoleClient(tenantId).elevation.withdraw.mutate({ requestId, reason: reason.trim() }),
      () => {
        showToast({ tone: "ok", title: t("done") });
        onDone();
        onClose();
      },
    );
  }

  return (
    <FormDialog
      title={t("title")}
      confirm={t("submit")}
      isBusy={isBusy}
      failure={failure}
      onSubmit={withdraw}
      onClose={onClose}
    >
      <TextareaField
        label={t("reason")}
        error={isTried && isMissing ? t("missing") : null}
        maxLength={2000}
        value={reason}
        onChange={setReason}
      />
    </FormDialog>
  );
}
