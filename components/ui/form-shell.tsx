"use client";
import { useTranslations } from "next-intl";
import type { FormEvent, ReactNode } from "react";
import { Button } from "./button.tsx";

export interface FormShellProps {
  children: ReactNode;
  /** What its button says. */
  confirm: string;
  look?: "primary" | "danger" | "plain";
  isBusy: boolean;
  /** Why it could not be done, as a sentence. */
  failure: string | null;
  /** Why the button may not be pressed; null: it may. */
  disabledReason?: string | null;
  onSubmit: () => void;
  /** With a way back there are two buttons, at the end of the line. */
  onCancel?: () => void;
}

/** What every small form has: its fields, what went wrong, and the button; sent by Enter as well. */
export function FormShell(props: FormShellProps) {
  const { children, confirm, look = "primary", isBusy, failure, onSubmit, onCancel } = props;
  const common = useTranslations("common");

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!isBusy && !props.disabledReason) onSubmit();
  }

  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      {children}
      {failure ? (
        <p role="alert" className="rounded-md bg-danger-tint px-3 py-2 text-danger text-sm">
          {failure}
        </p>
      ) : null}
      <div className={onCancel ? "flex flex-wrap justify-end gap-2" : "flex flex-wrap gap-2"}>
        {onCancel ? <Button onClick={onCancel}>{common("cancel")}</Button> : null}
        <Button
          type="submit"
          isBusy={isBusy}
          disabledReason={props.disabledReason ?? null}
          {...(look === "plain" ? {} : { look })}
        >
          {confirm}
        </Button>
      </div>
    </form>
  );
}
