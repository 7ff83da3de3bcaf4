"use client";
import { type ReactNode, useId } from "react";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { Select } from "#components/ui/select.tsx";

interface TextFieldProps {
  label: string;
  hint?: string;
  value: string;
  error?: string | null;
  /** A name that machines read: left to right, in mono. */
  isCode?: boolean;
  type?: "text" | "datetime-local";
  onChange: (value: string) => void;
}

/** One line of text with its label, hint and error. */
export function TextField({
  label,
  hint,
  value,
  error,
  isCode,
  type = "text",
  onChange,
}: TextFieldProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <Input
          {...control}
          {...(isCode ? { dir: "ltr", className: "font-mono", spellCheck: false } : {})}
          type={type}
          autoComplete="off"
          maxLength={2048}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

/** Yes or no, with what it means. */
export function CheckField({
  label,
  hint,
  isOn,
  onChange,
}: {
  label: string;
  hint: string;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
}) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="flex min-h-9 items-center gap-2 font-medium text-sm">
        <input
          id={id}
          type="checkbox"
          className="size-4 accent-accent"
          aria-describedby={`${id}-hint`}
          checked={isOn}
          onChange={(event) => onChange(event.target.checked)}
        />
        {label}
      </label>
      <p id={`${id}-hint`} className="text-muted text-xs">
        {hint}
      </p>
    </div>
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

/** A choice list of pairs: what is sent, and what is read. */
export function Options({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: string;
  options: readonly (readonly [value: string, text: string])[];
  onChange: (value: string) => void;
}) {
  return (
    <Choice label={label}>
      {(id) => (
        <Select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
          {options.map(([each, text]) => (
            <option key={each} value={each}>
              {text}
            </option>
          ))}
        </Select>
      )}
    </Choice>
  );
}
