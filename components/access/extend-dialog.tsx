"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { useStepUp } from "#components/step-up/use-step-up.tsx";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Field } from "#components/ui/field.tsx";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";
import type { GrantView } from "#server/features/elevation/elevation-views.ts";
import { DurationSelect } from "./duration-select.tsx";

const MOST_SECONDS = 8 * 3_600;

interface ExtendDialogProps {
  tenantId: string;
  grant: GrantView;
  onClose: () => void;
}

/** Asks for an own grant to last longer: approved again, like a new one. */
export function ExtendDialog({ tenantId, grant, onClose }: ExtendDialogProps) {
  const t = useTranslations("access");
  const router = useRouter();
  const { isBusy, failure, run, fail } = useAct();
  const [durationSeconds, setSeconds] = useState(1_800);
  const [reason, setReason] = useState("");
  const [isTried, setTried] = useState(false);
  const environment = t(`environment.${grant.environment}`);
  const stepUp = useStepUp<{ grantId: string; durationSeconds: number; reason: string }>({
    tenantId,
    form: `elevation.extend/${grant.grantId}`,
    words: () => t("form.words", { environment }),
    send: async (input) => {
      const { requestId } = await consoleClient(tenantId).elevation.extend.mutate(input);
      showToast({ tone: "ok", title: t("extend.done") });
      router.push(`/t/${tenantId}/access?request=${requestId}`);
      onClose();
    },
    onFailure: fail,
  });
  const isMissing = reason.trim() === "";

  function extend() {
    setTried(true);
    if (isMissing) return;
    const { grantId } = grant;
    run(() => stepUp.attempt({ grantId, durationSeconds, reason: reason.trim() }));
  }

  return (
    <FormDialog
      title={t("extend.title", { environment })}
      confirm={t("extend.submit")}
      isBusy={isBusy}
      failure={failure}
      onSubmit={extend}
      onClose={onClose}
    >
      <p className="text-sm">{t("extend.does")}</p>
      <Field label={t("extend.by")}>
        {(control) => (
          <DurationSelect
            control={control}
            mostSeconds={MOST_SECONDS}
            seconds={durationSeconds}
            onChange={setSeconds}
          />
        )}
      </Field>
      <TextareaField
        label={t("form.reason")}
        error={isTried && isMissing ? t("form.reasonMissing") : null}
        maxLength={2000}
        value={reason}
        onChange={setReason}
      />
      {stepUp.dialog}
    </FormDialog>
  );
}
