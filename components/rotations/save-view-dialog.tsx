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
import { Input } from "#components/ui/input.tsx";

interface SaveViewDialogProps {
  tenantId: string;
  /** The parameters of the URL to keep. */
  params: string;
  onClose: () => void;
  onSaved: () => void;
}

/** Asks for the name of a view. */
export function SaveViewDialog({ tenantId, params, onClose, onSaved }: SaveViewDialogProps) {
  const t = useTranslations("rotations.views");
  const common = useTranslations("common");
  const problemText = useProblemText();
  const [name, setName] = useState("");
  const [isTried, setTried] = useState(false);
  const isEmpty = name.trim() === "";
  const save = useMutation({
    mutationFn: () =>
      consoleClient(tenantId).savedViews.save.mutate({
        page: "rotations",
        name: name.trim(),
        params,
      }),
    onSuccess: onSaved,
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (!isEmpty && !save.isPending) save.mutate();
  }

  return (
    <Dialog isOpen onClose={onClose} title={t("save")}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-4">
        <Field
          label={t("name")}
          hint={t("nameHint")}
          error={isTried && isEmpty ? t("nameMissing") : null}
        >
          {(control) => (
            <Input
              {...control}
              autoFocus
              required
              maxLength={80}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        {save.error ? (
          <p role="alert" className="text-danger text-sm">
            {problemText(problemOf(save.error))}
          </p>
        ) : null}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button type="submit" look="primary" isBusy={save.isPending}>
            {t("saveButton")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
