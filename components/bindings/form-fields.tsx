"use client";
import { type ReactNode, useId } from "react";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";

interface TextFieldProps {
  label: string;
  hint?: string;
  value: string;
  error?: string | null;
  /** A name that machines read: left to right, in mono. */
  isCode?: boolean;
  onChange: (value: string) => void;
}

/** One line of text with its label, hint and error. */
export function TextField({ label, hint, value, error, isCode, onChange }: TextFieldProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <Input
          {...control}
          {...(isCode ? { dir: "ltr", className: "font-mono", spellCheck: false } : {})}
          autoComplete="off"
          maxLength={400}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

/** A choice list with its label. */
export function Choice({
  label,
  children,
}: {
  label: string;
  children: (id: string) => ReactNode;
}) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="font-medium text-sm">
        {label}
      </label>
      {children(id)}
    </div>
  );
}
