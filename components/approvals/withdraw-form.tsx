"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { Field } from "#components/ui/field.tsx";
import { FormShell } from "#components/ui/form-shell.tsx";
import { Input } from "#components/ui/input.tsx";

interface WithdrawFormProps {
  withdraw: (reason: string) => Promise<unknown>;
  onDone: () => void;
}

/** Takes one's own request back, with a reason. */
export function WithdrawForm({ withdraw, onDone }: WithdrawFormProps) {
  const t = useTranslations("approvals.withdraw");
  const [reason, setReason] = useState("");
  const { isBusy, failure, run } = useAct();

  function done() {
    showToast({ tone: "ok", title: t("done") });
    onDone();
  }

  return (
    <FormShell
      confirm={t("submit")}
      look="plain"
      isBusy={isBusy}
      failure={failure}
      onSubmit={() => run(() => withdraw(reason), done)}
    >
      <Field label={t("reason")}>
        {(control) => (
          <Input
            {...control}
            maxLength={2000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
    </FormShell>
  );
}
