"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";
import type { CampaignView } from "#server/features/access-reviews/schema.ts";

interface CloseDialogProps {
  tenantId: string;
  view: CampaignView;
  onClose: () => void;
  onDone: () => void;
}

/** Says what the close does, counts it, and asks why where a part stayed unknown. */
export function CloseDialog({ tenantId, view, onClose, onDone }: CloseDialogProps) {
  const t = useTranslations("reviews.close");
  const [note, setNote] = useState("");
  const [isTried, setTried] = useState(false);
  const { isBusy, failure, run } = useAct();
  const isIncomplete = view.unknownSources > 0;
  const kept = view.entries.filter(({ decision }) => decision === "keep").length;

  function submit() {
    setTried(true);
    if (isIncomplete && note.trim() === "") return;
    const { campaignId } = view;
    run(
      () => consoleClient(tenantId).accessReviews.close.mutate({ campaignId, note: note.trim() }),
      () => {
        showToast({ tone: "ok", title: t("done") });
        onDone();
      },
    );
  }

  return (
    <FormDialog
      title={t("title")}
      confirm={t("confirm")}
      isBusy={isBusy}
      failure={failure}
      onSubmit={submit}
      onClose={onClose}
    >
      <p className="text-sm">{t("body", { kept, revoked: view.revoked })}</p>
      {isIncomplete ? (
        <TextareaField
          label={t("note")}
          hint={t("unknown")}
          error={isTried && note.trim() === "" ? t("noteMissing") : null}
          required
          maxLength={2000}
          value={note}
          onChange={setNote}
        />
      ) : null}
    </FormDialog>
  );
}
