"use client";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, type ReactNode, useState } from "react";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { Textarea } from "#components/ui/textarea.tsx";

interface ReasonDialogProps<Result> {
  isOpen?: boolean;
  title: ReactNode;
  /** What the act does, or touches. */
  does: ReactNode;
  confirm: string;
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
  const common = useTranslations("common");
  const problemText = useProblemText();
  const [reason, setReason] = useState("");
  const [name, setName] = useState("");
  const [isTried, setTried] = useState(false);
  const isShort = reason.trim().length < REASON_LETTERS;
  const isUnnamed = typed !== undefined && name.trim() !== typed;
  const run = useMutation({
    mutationFn: () => props.act(reason.trim()),
    onSuccess: (result: Result) => {
      setReason("");
      setName("");
      setTried(false);
      onDone(result);
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (!isShort && !isUnnamed && isReady && !run.isPending) run.mutate();
  }

  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={title}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-4">
        {does}
        <Field
          label={props.label ?? t("reason")}
          hint={props.hint ?? t("reasonHint")}
          error={isTried && isShort ? t("reasonShort") : null}
        >
          {(control) => (
            <Textarea
              {...control}
              autoFocus
              required
              maxLength={props.maxLength ?? 1000}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
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
        {run.error ? (
          <p role="alert" className="rounded-md bg-danger-tint px-3 py-2 text-danger text-sm">
            {props.failed ? `${props.failed}: ` : null}
            {problemText(problemOf(run.error))}
          </p>
        ) : null}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button type="submit" look="danger" isBusy={run.isPending}>
            {props.confirm}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
