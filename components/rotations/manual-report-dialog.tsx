"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Field } from "#components/ui/field.tsx";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { Input } from "#components/ui/input.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";

interface ManualReportDialogProps {
  tenantId: string;
  bindingId: string;
  name: string;
  confirmers: readonly string[];
  onClose: () => void;
  onDone: () => void;
}

/** As the verb demands it. */
const NOTE_LETTERS = 20;
const DIGEST = /^([0-9a-f]{64})?$/;
const LINK = /^(https:\/\/\S+)?$/;

/** Asks when a credential was changed by hand and what shows it: never what its value is. */
export function ManualReportDialog(props: ManualReportDialogProps) {
  const { tenantId, bindingId, name, confirmers, onClose, onDone } = props;
  const t = useTranslations("rotations.byHand");
  const { isBusy, failure, run } = useAct();
  const [note, setNote] = useState("");
  const [link, setLink] = useState("");
  const [digest, setDigest] = useState("");
  const [when, setWhen] = useState("");
  const [isTried, setTried] = useState(false);
  const wrong = {
    note: note.trim().length < NOTE_LETTERS,
    link: !LINK.test(link.trim()),
    digest: !DIGEST.test(digest.trim().toLowerCase()),
  };
  const isWrong = Object.values(wrong).some(Boolean);
  const send = () =>
    consoleClient(tenantId).rotation.completeManual.mutate({
      bindingId,
      performedAt: when ? new Date(when) : null,
      evidence: {
        note: note.trim(),
        link: link.trim() || null,
        digest: digest.trim().toLowerCase() || null,
      },
    });

  function submit() {
    setTried(true);
    if (!isWrong) run(send, onDone);
  }

  const errorOf = (field: keyof typeof wrong) =>
    isTried && wrong[field] ? t(`wrong.${field}`) : null;
  return (
    <FormDialog
      title={t("reportTitle", { name })}
      confirm={t("send")}
      look="primary"
      isBusy={isBusy}
      failure={failure}
      onSubmit={submit}
      onClose={onClose}
    >
      <p className="text-sm">{t("noValue")}</p>
      {confirmers.length > 0 ? (
        <p className="text-sm">{t("willWait", { roles: confirmers.join(", ") })}</p>
      ) : null}
      <TextareaField
        label={t("note")}
        hint={t("noteHint")}
        error={errorOf("note")}
        autoFocus
        required
        maxLength={2000}
        value={note}
        onChange={setNote}
      />
      <Field label={t("link")} hint={t("linkHint")} error={errorOf("link")}>
        {(control) => (
          <Input
            {...control}
            type="url"
            dir="ltr"
            maxLength={500}
            value={link}
            onChange={(event) => setLink(event.target.value)}
          />
        )}
      </Field>
      <Field label={t("digest")} hint={t("digestHint")} error={errorOf("digest")}>
        {(control) => (
          <Input
            {...control}
            dir="ltr"
            maxLength={64}
            value={digest}
            onChange={(event) => setDigest(event.target.value)}
          />
        )}
      </Field>
      <Field label={t("when")} hint={t("whenHint")}>
        {(control) => (
          <Input
            {...control}
            type="datetime-local"
            value={when}
            onChange={(event) => setWhen(event.target.value)}
          />
        )}
      </Field>
    </FormDialog>
  );
}
