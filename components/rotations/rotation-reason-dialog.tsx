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

interface RotationReasonDialogProps {
  tenantId: string;
  rotationId: string;
  act: "cancel" | "pause" | "rollBack";
  onClose: () => void;
  onDone: () => void;
}

/** As the verbs demand it. */
const REASON_LETTERS = 10;

/** Says what pausing, cancelling or rolling back does, and asks why. */
export function RotationReasonDialog(props: RotationReasonDialogProps) {
  const { tenantId, rotationId, act, onClose, onDone } = props;
  const t = useTranslations("rotations");
  const common = useTranslations("common");
  const problemText = useProblemText();
  const [reason, setReason] = useState("");
  const [isTried, setTried] = useState(false);
  const isShort = reason.trim().length < REASON_LETTERS;
  const change = useMutation({
    mutationFn: (): Promise<unknown> =>
      consoleClient(tenantId).rotation[act].mutate({ rotationId, reason: reason.trim() }),
    onSuccess: onDone,
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (!isShort && !change.isPending) change.mutate();
  }

  return (
    <Dialog isOpen onClose={onClose} title={t(`actions.${act}Title`)}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-4">
        <p className="text-sm">{t(`actions.${act}Does`)}</p>
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
        {change.error ? (
          <p role="alert" className="text-danger text-sm">
            {problemText(problemOf(change.error))}
          </p>
        ) : null}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button type="submit" look="danger" isBusy={change.isPending}>
            {t(`actions.${act}`)}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
