"use client";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { Textarea } from "#components/ui/textarea.tsx";

interface RenewalDialogProps {
  tenantId: string;
  bindingId: string;
  name: string;
  onClose: () => void;
  onDone: () => void;
}

/** As the verb demands it. */
const REASON_LETTERS = 10;

/** Says what asking for a renewal does, and why it is asked for. */
export function RenewalDialog({ tenantId, bindingId, name, onClose, onDone }: RenewalDialogProps) {
  const t = useTranslations("rotations");
  const common = useTranslations("common");
  const problemText = useProblemText();
  const [reason, setReason] = useState("");
  const [isTried, setTried] = useState(false);
  const isShort = reason.trim().length < REASON_LETTERS;
  const ask = useMutation({
    mutationFn: () =>
      consoleClient(tenantId).rotation.requestRenewal.mutate({ bindingId, reason: reason.trim() }),
    onSuccess: onDone,
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (!isShort && !ask.isPending) ask.mutate();
  }

  return (
    <Dialog isOpen onClose={onClose} title={t("watch.renewTitle", { name })}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-4">
        <p className="text-sm">{t("watch.renewDoes")}</p>
        <Field
          label={t("force.reason")}
          hint={t("force.reasonHint")}
          error={isTried && isShort ? t("force.reasonShort") : null}
        >
          {(control) => (
            <Textarea
              {...control}
              autoFocus
              required
              maxLength={1000}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
        {ask.error ? (
          <p role="alert" className="text-danger text-sm">
            {problemText(problemOf(ask.error))}
          </p>
        ) : null}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button type="submit" look="primary" isBusy={ask.isPending}>
            {t("watch.renew")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
