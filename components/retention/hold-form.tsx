"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Field } from "#components/ui/field.tsx";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { Input } from "#components/ui/input.tsx";
import { Select } from "#components/ui/select.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";
import {
  RETENTION_CLASS_NAMES,
  type RetentionClass,
} from "#server/engines/retention/retention-classes.ts";

interface HoldFormProps {
  tenantId: string;
  onClose: () => void;
  onDone: () => void;
}

/** Places a legal hold on a class, a subject, an actor, or everything. */
export function HoldForm({ tenantId, onClose, onDone }: HoldFormProps) {
  const t = useTranslations("retention");
  const { isBusy, failure, run } = useAct();
  const [caseRef, setCase] = useState("");
  const [of, setClass] = useState<RetentionClass | "">("");
  const [subject, setSubject] = useState("");
  const [actorRef, setActor] = useState("");
  const [reason, setReason] = useState("");
  const text = (label: string, value: string, change: (next: string) => void) => (
    <Field label={label}>
      {(control) => (
        <Input {...control} value={value} onChange={(event) => change(event.target.value)} />
      )}
    </Field>
  );
  return (
    <FormDialog
      title={t("hold.title")}
      confirm={t("hold.submit")}
      isBusy={isBusy}
      failure={failure}
      onClose={onClose}
      onSubmit={() =>
        run(
          () =>
            consoleClient(tenantId).retention.placeHold.mutate({
              caseRef,
              reason,
              scope: {
                classes: of ? [of] : null,
                subject: subject.trim() || null,
                actorRef: actorRef.trim() || null,
              },
            }),
          () => {
            showToast({ tone: "ok", title: t("hold.done") });
            onDone();
          },
        )
      }
    >
      {text(t("hold.caseRef"), caseRef, setCase)}
      <Field label={t("hold.class")}>
        {(control) => (
          <Select
            {...control}
            value={of}
            onChange={(event) => setClass(event.target.value as RetentionClass | "")}
          >
            <option value="">{t("hold.allClasses")}</option>
            {RETENTION_CLASS_NAMES.map((name) => (
              <option key={name} value={name}>
                {t(`classes.${name}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {text(t("hold.subject"), subject, setSubject)}
      {text(t("hold.actor"), actorRef, setActor)}
      <TextareaField label={t("reason")} value={reason} onChange={setReason} maxLength={2000} />
    </FormDialog>
  );
}
