"use client";
import { useTranslations } from "next-intl";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";

interface KeyNameFieldProps {
  name: string;
  /** Whether it was tried to go on: only then a missing name is a fault. */
  isTried: boolean;
  onChange: (name: string) => void;
}

/** What a key is called. */
export function KeyNameField({ name, isTried, onChange }: KeyNameFieldProps) {
  const t = useTranslations("stepUp.keys");
  return (
    <Field
      label={t("name")}
      hint={t("nameHint")}
      error={isTried && name.trim() === "" ? t("nameMissing") : null}
    >
      {(control) => (
        <Input
          {...control}
          autoFocus
          maxLength={80}
          value={name}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
