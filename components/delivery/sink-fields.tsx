"use client";
import { useTranslations } from "next-intl";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { Select } from "#components/ui/select.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";
import type { SinkField } from "#server/features/delivery/schema.ts";
import type { FormValues } from "./config-form.ts";
import { choiceWord, fieldWord } from "./field-words.ts";

interface SinkFieldsProps {
  fields: readonly SinkField[];
  values: FormValues;
  onChange: (values: FormValues) => void;
  /** What is wrong with a field, by its path below the configuration. */
  errorOf: (path: string) => string | null;
}

/** The fields of a kind of sink, made from the shape of its configuration. */
export function SinkFields({ fields, values, onChange, errorOf }: SinkFieldsProps) {
  return fields.map((field) => (
    <SinkFieldControl
      key={field.name}
      field={field}
      values={values}
      onChange={(name, text) => onChange({ ...values, [name]: text })}
      errorOf={errorOf}
    />
  ));
}

interface ControlProps {
  field: SinkField;
  values: FormValues;
  onChange: (name: string, text: string) => void;
  errorOf: (path: string) => string | null;
}

function SinkFieldControl({ field, values, onChange, errorOf }: ControlProps) {
  const t = useTranslations("delivery");
  const { name, input, isRequired, choices } = field;
  const label = fieldWord(name, t);
  const text = (of: string, as: string, hint?: string, error = errorOf(of)) => (
    <Field label={as} hint={hint} error={error}>
      {(control) => (
        <Input
          {...control}
          dir="ltr"
          className="font-mono"
          required={isRequired}
          inputMode={input === "number" ? "numeric" : input === "url" ? "url" : "text"}
          autoComplete="off"
          spellCheck={false}
          maxLength={2000}
          value={values[of] ?? ""}
          onChange={(event) => onChange(of, event.target.value)}
        />
      )}
    </Field>
  );
  if (input === "secret") {
    return (
      <div className="grid gap-4 sm:grid-cols-[2fr_1fr]">
        {text(
          `${name}.path`,
          t("form.secretPath", { field: label }),
          t("form.secretHint"),
          errorOf(`${name}.path`) ?? errorOf(name),
        )}
        {text(`${name}.field`, t("form.secretField", { field: label }))}
      </div>
    );
  }
  if (input === "choice") {
    return (
      <Field label={label} error={errorOf(name)}>
        {(control) => (
          <Select
            {...control}
            value={values[name] ?? ""}
            onChange={(event) => onChange(name, event.target.value)}
          >
            {choices.map((choice) => (
              <option key={choice} value={choice}>
                {choiceWord(choice, t)}
              </option>
            ))}
          </Select>
        )}
      </Field>
    );
  }
  if (input === "pem") {
    return (
      <TextareaField
        label={label}
        error={errorOf(name)}
        dir="ltr"
        className="font-mono text-xs"
        rows={3}
        spellCheck={false}
        maxLength={20000}
        value={values[name] ?? ""}
        onChange={(value) => onChange(name, value)}
      />
    );
  }
  return text(name, label);
}
