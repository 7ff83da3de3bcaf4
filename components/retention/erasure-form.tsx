"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Field } from "#components/ui/field.tsx";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { Input } from "#components/ui/input.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";

interface ErasureFormProps {
  tenantId: string;
  onClose: () => void;
  onDone: () => void;
}

type Preview = Awaited<
  ReturnType<ReturnType<typeof consoleClient>["retention"]["erasurePreview"]["query"]>
>;

/** Asks that the content of events be erased, once it has said what that touches and how many there are. */
export function ErasureForm({ tenantId, onClose, onDone }: ErasureFormProps) {
  const t = useTranslations("retention");
  const { isBusy, failure, run } = useAct();
  const looking = useAct();
  const [ids, setIds] = useState("");
  const [subject, setSubject] = useState("");
  const [actorRef, setActor] = useState("");
  const [reason, setReason] = useState("");
  const [preview, setPreview] = useState<Preview | null>(null);
  const client = consoleClient(tenantId).retention;
  const selection = {
    eventIds: ids.split(/[\s,]+/).filter(Boolean),
    subject: subject.trim() || null,
    actorRef: actorRef.trim() || null,
  };
  const changed = (set: (text: string) => void) => (text: string) => {
    set(text);
    setPreview(null);
  };
  const text = (label: string, value: string, change: (next: string) => void) => (
    <Field label={label}>
      {(control) => (
        <Input
          {...control}
          dir="ltr"
          className="font-mono"
          value={value}
          onChange={(event) => change(event.target.value)}
        />
      )}
    </Field>
  );
  return (
    <FormDialog
      title={t("erasure.title")}
      confirm={t(preview ? "erasure.submit" : "erasure.preview")}
      look={preview ? "danger" : "primary"}
      isBusy={isBusy || looking.isBusy}
      failure={failure ?? looking.failure}
      onClose={onClose}
      onSubmit={() => {
        if (!preview) {
          looking.run(() => client.erasurePreview.query({ selection }), setPreview);
          return;
        }
        run(
          () => client.requestErasure.mutate({ selection, reason }),
          () => {
            showToast({ tone: "ok", title: t("erasure.done") });
            onDone();
          },
        );
      }}
    >
      <p className="text-sm">{t("erasure.body")}</p>
      <TextareaField
        label={t("erasure.eventIds")}
        dir="ltr"
        rows={3}
        className="font-mono text-xs"
        value={ids}
        onChange={changed(setIds)}
      />
      {text(t("erasure.subject"), subject, changed(setSubject))}
      {text(t("erasure.actor"), actorRef, changed(setActor))}
      {preview ? (
        <div role="status" className="text-sm">
          <p>{t("erasure.would", { count: preview.events })}</p>
          {preview.events > preview.shredded ? (
            <p>{t("erasure.deleted", { count: preview.events - preview.shredded })}</p>
          ) : null}
          {preview.heldBy ? <p>{t("erasure.held", { caseRef: preview.heldBy })}</p> : null}
        </div>
      ) : null}
      <TextareaField label={t("reason")} value={reason} onChange={setReason} maxLength={2000} />
    </FormDialog>
  );
}
