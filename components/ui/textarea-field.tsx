import type { ComponentProps } from "react";
import { Field } from "./field.tsx";
import { Textarea } from "./textarea.tsx";

type TextareaFieldProps = Pick<ComponentProps<typeof Field>, "label" | "hint" | "error"> &
  Omit<ComponentProps<typeof Textarea>, "onChange" | "value"> & {
    value: string;
    onChange: (text: string) => void;
  };

/** A text of several lines with its label, hint and error. */
export function TextareaField({ label, hint, error, onChange, ...more }: TextareaFieldProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <Textarea {...control} {...more} onChange={(event) => onChange(event.target.value)} />
      )}
    </Field>
  );
}
