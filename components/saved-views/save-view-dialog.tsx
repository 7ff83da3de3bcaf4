"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Field } from "#components/ui/field.tsx";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { Input } from "#components/ui/input.tsx";

/** Pages whose views are kept. */
export type ViewPage = "rotations" | "audit";

interface SaveViewDialogProps {
  tenantId: string;
  page: ViewPage;
  /** The parameters of the URL to keep. */
  params: string;
  onClose: () => void;
  onSaved: () => void;
}

/** Asks for the name of a view, and for whom it is. */
export function SaveViewDialog({ tenantId, page, params, onClose, onSaved }: SaveViewDialogProps) {
  const t = useTranslations("savedViews");
  const [written, setWritten] = useState("");
  const [isShared, setShared] = useState(false);
  const [isTried, setTried] = useState(false);
  const { isBusy, failure, run } = useAct();
  const name = written.trim();

  function submit() {
    setTried(true);
    const view = { page, name, params, isShared };
    if (name !== "") run(() => consoleClient(tenantId).savedViews.save.mutate(view), onSaved);
  }

  return (
    <FormDialog
      title={t("saveTitle")}
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
      <label className="flex min-h-6 items-start gap-2 text-sm">
        <input
          type="checkbox"
          className="mt-1"
          checked={isShared}
          onChange={(event) => setShared(event.target.checked)}
        />
        {t("share")}
      </label>
    </FormDialog>
  );
}
