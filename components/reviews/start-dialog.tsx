"use client";
import { useTranslations } from "next-intl";
import { useAct } from "#components/problem/use-act.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { FormDialog } from "#components/ui/form-dialog.tsx";

interface StartDialogProps {
  tenantId: string;
  onClose: () => void;
  onDone: () => void;
}

/** Begins a review ahead of its time. */
export function StartDialog({ tenantId, onClose, onDone }: StartDialogProps) {
  const t = useTranslations("reviews.start");
  const { isBusy, failure, run } = useAct();
  return (
    <FormDialog
      title={t("title")}
      confirm={t("confirm")}
      isBusy={isBusy}
      failure={failure}
      onClose={onClose}
      onSubmit={() =>
        run(
          () => consoleClient(tenantId).accessReviews.start.mutate({}),
          () => {
            showToast({ tone: "ok", title: t("done") });
            onDone();
          },
        )
      }
    >
      <p className="text-sm">{t("body")}</p>
    </FormDialog>
  );
}
