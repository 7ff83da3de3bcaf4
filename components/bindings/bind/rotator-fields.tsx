"use client";
import { useTranslations } from "next-intl";
import { Field } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";
import type { RotatorField, RotatorForm } from "#server/features/rotation/bindings/rotator-form.ts";
import { CheckField, TextField } from "../form-fields.tsx";
import { askedFields, isIn } from "./bind-input.ts";
import { type FieldWord, fieldWord } from "./field-words.ts";
import type { BindValues } from "./kind-facts.ts";

interface RotatorFieldsProps {
  form: RotatorForm;
  values: BindValues;
  errorOf: (field: string) => string | null;
  onChange: (field: string, value: string) => void;
}

/** What a kind of rotator takes, in the order of its schema; what may be left out has a switch. */
export function RotatorFields({ form, values, errorOf, onChange }: RotatorFieldsProps) {
  const t = useTranslations("bindings.bind");
  return (
    <>
      {form.groups.map(({ path }) => (
        <CheckField
          key={path}
          label={t(`field.${fieldWord(path)}`)}
          hint={t(`hint.${fieldWord(path)}`)}
          isOn={isIn(values, path)}
          onChange={(isOn) => onChange(`in:${path}`, String(isOn))}
        />
      ))}
      {askedFields(form, values).map((field) => (
        <OneField
          key={field.path}
          field={field}
          word={fieldWord(field.path)}
          value={values[`rotator.${field.path}`] ?? ""}
          error={errorOf(`rotator.${field.path}`)}
          onChange={(value) => onChange(`rotator.${field.path}`, value)}
        />
      ))}
    </>
  );
}

interface OneFieldProps {
  field: RotatorField;
  word: FieldWord;
  value: string;
  error: string | null;
  onChange: (value: string) => void;
}

function OneField({ field, word, value, error, onChange }: OneFieldProps) {
  const t = useTranslations("bindings.bind");
  const label = field.isRequired ? t(`field.${word}`) : t("optional", { name: t(`field.${word}`) });
  const hint = t(`hint.${word}`);
  switch (field.type) {
    case "yes-no":
      return (
        <CheckField
          label={label}
          hint={hint}
          isOn={value === "true"}
          onChange={(isOn) => onChange(String(isOn))}
        />
      );
    case "choice":
      return (
        <Field label={label} hint={hint} error={error}>
          {(control) => (
            <Select
              {...control}
              value={value || field.values[0]}
              onChange={(event) => onChange(event.target.value)}
            >
              {field.values.map((each) => (
                <option key={each}>{each}</option>
              ))}
            </Select>
          )}
        </Field>
      );
    case "long-text":
      return (
        <div className="sm:col-span-2">
          <TextareaField
            label={label}
            hint={hint}
            error={error}
            rows={5}
            value={value}
            onChange={onChange}
          />
        </div>
      );
    default:
      return (
        <TextField
          label={label}
          hint={hint}
          value={value}
          error={error}
          isCode={word !== "missing"}
          onChange={onChange}
        />
      );
  }
}
