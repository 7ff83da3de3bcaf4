"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { useStepUp } from "#components/step-up/use-step-up.tsx";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Field } from "#components/ui/field.tsx";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { Input } from "#components/ui/input.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";
import { LOG_KEY_FORM, type LogKeyAsked } from "./log-key-asked.ts";

interface LogKeyFormProps {
  tenantId: string;
  onClose: () => void;
  onDone: () => void;
}

const USUAL_DAYS = "30";

/** Asks for a new key of the log: how long both sign, or that the old one is compromised and revoked at once; by a fresh second factor. */
export function LogKeyForm({ tenantId, onClose, onDone }: LogKeyFormProps) {
  const t = useTranslations("retention.logKeys.form");
  const words = useTranslations("retention");
  const { isBusy, failure, run, fail } = useAct();
  const [days, setDays] = useState(USUAL_DAYS);
  const [compromised, setCompromised] = useState(false);
  const [reason, setReason] = useState("");
  const overlapDays = compromised ? 0 : Number(days);
  const stepUp = useStepUp<LogKeyAsked>({
    tenantId,
    form: LOG_KEY_FORM,
    words: (asked) =>
      asked.compromised
        ? t("wordsRevoked", { reason: asked.reason })
        : t("words", { days: asked.overlapDays, reason: asked.reason }),
    send: async (asked) => {
      await consoleClient(tenantId).retention.rotateLogKey.mutate(asked);
      showToast({ tone: "ok", title: t("done") });
      onDone();
    },
    onFailure: fail,
    restore: (asked) => {
      if (!asked.compromised) setDays(String(asked.overlapDays));
      setCompromised(asked.compromised);
      setReason(asked.reason);
    },
  });
  return (
    <FormDialog
      title={t("title")}
      confirm={t("submit")}
      look={compromised ? "danger" : "primary"}
      isBusy={isBusy}
      failure={failure}
      onClose={onClose}
      onSubmit={() => run(() => stepUp.attempt({ overlapDays, compromised, reason }))}
    >
      <p className="text-sm">{t("body")}</p>
      <label className="flex min-h-6 items-start gap-2 text-sm">
        <input
          type="checkbox"
          className="mt-0.5 size-4"
          checked={compromised}
          onChange={(event) => setCompromised(event.target.checked)}
        />
        {t("compromised")}
      </label>
      {compromised ? (
        <p role="status" className="text-danger text-sm">
          {t("revoked")}
        </p>
      ) : (
        <Field label={t("days")} hint={t("hint")}>
          {(control) => (
            <Input
              {...control}
              type="number"
              min={1}
              max={365}
              value={days}
              onChange={(event) => setDays(event.target.value)}
            />
          )}
        </Field>
      )}
      <TextareaField label={words("reason")} value={reason} onChange={setReason} maxLength={2000} />
      {stepUp.dialog}
    </FormDialog>
  );
}
