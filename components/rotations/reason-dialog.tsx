"use client";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { Field } from "#components/ui/field.tsx";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { Input } from "#components/ui/input.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";

interface ReasonDialogProps<Result> {
  isOpen?: boolean;
  title: ReactNode;
  /** What the act does, or touches. */
  does: ReactNode;
  confirm: string;
  look?: "primary" | "danger";
  /** Stands before what went wrong. */
  failed?: string;
  label?: string;
  hint?: string;
  maxLength?: number;
  /** What must be typed to show that the act is meant; nothing, when absent. */
  typed?: string;
  /** Further controls, below the reason; told whether somebody has tried to go on. */
  more?: (isTried: boolean) => ReactNode;
  /** Whether those controls are filled in. */
  isReady?: boolean;
  act: (reason: string) => Promise<Result>;
  onClose: () => void;
  onDone: (result: Result) => void;
}

/** As the verbs demand it. */
const REASON_LETTERS = 10;

/** Says what an act does, asks why, and does it. What was written stays when it fails. */
export function ReasonDialog<Result>(props: ReasonDialogProps<Result>) {
  const { isOpen = true, title, does, typed, more, isReady = true, onClose, onDone } = props;
  const t = useTranslations("rotations.force");
  const [reason, setReason] = useState("");
  const [name, setName] = useState("");
  const [isTried, setTried] = useState(false);
  const isShort = reason.trim().length < REASON_LETTERS;
  const isUnnamed = typed !== undefined && name.trim() !== typed;
  const { isBusy, failure, run } = useAct();

  function submit() {
    setTried(true);
    if (isShort || isUnnamed || !isReady) return;
    run(
      () => props.act(reason.trim()),
      (result) => {
        setReason("");
        setName("");
        setTried(false);
        onDone(result);
      },
    );
  }

  return (
    <FormDialog
      isOpen={isOpen}
      title={title}
      confirm={props.confirm}
      look={props.look ?? "danger"}
      isBusy={isBusy}
      failure={failure && props.failed ? `${props.failed}: ${failure}` : failure}
      onSubmit={submit}
      onClose={onClose}
    >
      {does}
      <TextareaField
        label={props.label ?? t("reason")}
        hint={props.hint ?? t("reasonHint")}
        error={isTried && isShort ? t("reasonShort") : null}
        autoFocus
        required
        maxLength={props.maxLength ?? 1000}
        value={reason}
        onChange={setReason}
      />
      {more?.(isTried)}
      {typed === undefined ? null : (
        <Field
          label={t.rich("typeName", {
            name: () => (
              <bdi key="name" dir="ltr" className="font-mono">
                {typed}
              </bdi>
            ),
          })}
          error={isTried && isUnnamed ? t("typeNameWrong") : null}
        >
          {(control) => (
            <Input
              {...control}
              required
              autoComplete="off"
              spellCheck={false}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
      )}
    </FormDialog>
  );
}
