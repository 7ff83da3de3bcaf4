"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";

/** Names a rule that is not in force yet. */
export function NewRule({
  taken,
  onAdd,
}: {
  taken: readonly string[];
  onAdd: (policyId: string) => void;
}) {
  const t = useTranslations("whatIf");
  const [name, setName] = useState("");
  const [isTried, setTried] = useState(false);
  const isFit = /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) && !taken.includes(name);
  return (
    <form
      noValidate
      className="flex flex-wrap items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(!isFit);
        if (!isFit) return;
        onAdd(name);
        setName("");
      }}
    >
      <Field label={t("newName")} error={isTried && !isFit ? t("newNameWrong") : null}>
        {(control) => (
          <Input
            {...control}
            dir="ltr"
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <Button type="submit">{t("new")}</Button>
    </form>
  );
}
