"use client";
import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button } from "#components/ui/button.tsx";
import { Input } from "#components/ui/input.tsx";
import { Select } from "#components/ui/select.tsx";
import { MASKING_ACTIONS, type MaskingAction } from "#server/engines/masking/masking-actions.ts";

export interface RuleDraft {
  key: number;
  at: string;
  action: MaskingAction;
}

interface MaskingFieldsProps {
  rules: readonly RuleDraft[];
  onChange: (rules: RuleDraft[]) => void;
  errorOf: (path: string) => string | null;
}

/** The masking rules of a sink; the first that fits a place is the one that acts. */
export function MaskingFields({ rules, onChange, errorOf }: MaskingFieldsProps) {
  const t = useTranslations("delivery.form");
  const set = (key: number, patch: Partial<RuleDraft>) =>
    onChange(rules.map((rule) => (rule.key === key ? { ...rule, ...patch } : rule)));
  const next = Math.max(0, ...rules.map(({ key }) => key)) + 1;
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 font-medium text-sm">{t("masking")}</legend>
      <p className="text-muted text-xs">{t("maskingHint")}</p>
      {rules.map(({ key, at, action }, index) => {
        const number = index + 1;
        const error = errorOf(`${index}.at`);
        return (
          <div key={key} className="flex flex-col gap-1">
            <div className="flex flex-wrap items-center gap-2">
              <Input
                aria-label={t("maskAt", { number })}
                aria-invalid={error ? true : undefined}
                dir="ltr"
                className="min-w-32 flex-1 font-mono"
                maxLength={300}
                value={at}
                onChange={(event) => set(key, { at: event.target.value })}
              />
              <Select
                aria-label={t("maskAction", { number })}
                value={action}
                onChange={(event) => set(key, { action: event.target.value as MaskingAction })}
              >
                {MASKING_ACTIONS.map((each) => (
                  <option key={each} value={each}>
                    {t(`action.${each}`)}
                  </option>
                ))}
              </Select>
              <Button
                look="quiet"
                size="icon"
                aria-label={t("maskRemove", { number })}
                onClick={() => onChange(rules.filter((rule) => rule.key !== key))}
              >
                <X aria-hidden className="size-4" />
              </Button>
            </div>
            {error ? (
              <p role="alert" className="text-danger text-xs">
                {error}
              </p>
            ) : null}
          </div>
        );
      })}
      <div>
        <Button
          size="sm"
          onClick={() => onChange([...rules, { key: next, at: "", action: "redact" }])}
        >
          {t("maskAdd")}
        </Button>
      </div>
    </fieldset>
  );
}
