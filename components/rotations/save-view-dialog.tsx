"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Field } from "#components/ui/field.tsx";
import { FormDialog } from "#components/ui/form-dialog.tsx";
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
  const [written, setWritten] = useState("");
  const [isTried, setTried] = useState(false);
  const { isBusy, failure, run } = useAct();
  const name = written.trim();

  function submit() {
    setTried(true);
    const view = { page: "rotations" as const, name, params };
    if (name !== "") run(() => consoleClient(tenantId).savedViews.save.mutate(view), onSaved);
  }

  return (
    <FormDialog
      title={t("save")}
      confirm={t("saveButton")}
      isBusy={isBusy}
      failure={failure}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field
        label={t("name")}
        hint={t("nameHint")}
        error={isTried && name === "" ? t("nameMissing") : null}
      >
        {(control) => (
          <Input
            {...control}
            autoFocus
            required
            maxLength={80}
            value={written}
            onChange={(event) => setWritten(event.target.value)}
          />
        )}
      </Field>
    </FormDialog>
  );
}
