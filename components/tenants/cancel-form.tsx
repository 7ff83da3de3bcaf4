"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";
import type { LifecycleView } from "#server/features/onboarding/views.ts";

interface CancelFormProps {
  tenantId: string;
  lifecycle: LifecycleView;
  onClose: () => void;
}

/** Cancels an act that has not begun, or an onboarding that stopped; asks why. */
export function CancelForm({ tenantId, lifecycle, onClose }: CancelFormProps) {
  const t = useTranslations("tenants");
  const router = useRouter();
  const { isBusy, failure, run } = useAct();
  const [reason, setReason] = useState("");
  const { lifecycleId, act, displayName } = lifecycle;

  function cancel() {
    run(
      () => consoleClient(tenantId).onboarding.cancel.mutate({ lifecycleId, reason }),
      () => {
        showToast({ tone: "ok", title: t("canceled") });
        router.refresh();
        onClose();
      },
    );
  }

  return (
    <FormDialog
      title={t("cancelTitle", { act: t(`act.${act}`), tenant: displayName })}
      confirm={t("cancel")}
      look="danger"
      isBusy={isBusy}
      failure={failure}
      onSubmit={cancel}
      onClose={onClose}
    >
      <p className="text-sm">{t("cancelAbout")}</p>
      <TextareaField label={t("reason")} value={reason} onChange={setReason} maxLength={2000} />
    </FormDialog>
  );
}
