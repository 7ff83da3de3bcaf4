"use client";
import { useTranslations } from "next-intl";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { Select } from "#components/ui/select.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";
import { LAYERS, MODELS, type Model } from "#server/engines/isolation/declaration.ts";
import type { EnvironmentDraft } from "./plan-draft.ts";

const TEXTS = ["namespaces", "vaultPath", "nodePool", "database", "regions"] as const;

interface EnvironmentFieldsProps {
  draft: EnvironmentDraft;
  badLine: number | null;
  onChange: (draft: EnvironmentDraft) => void;
  onRemove: () => void;
}

/** One environment: a model for each layer, where it may be, and how much it may use. */
export function EnvironmentFields({ draft, badLine, onChange, onRemove }: EnvironmentFieldsProps) {
  const t = useTranslations("tenants.form");
  const isolation = useTranslations("isolation");
  const { environment, declaration } = draft;
  const change = (part: Partial<EnvironmentDraft["declaration"]>) =>
    onChange({ ...draft, declaration: { ...declaration, ...part } });
  return (
    <fieldset className="flex flex-col gap-3 rounded-md border border-line p-3">
      <legend className="px-1 font-semibold text-sm">{environment}</legend>
      <div className="grid gap-3 sm:grid-cols-2">
        {LAYERS.map((layer) => (
          <Field key={layer} label={t("model", { layer: isolation(`layer.${layer}`) })}>
            {(control) => (
              <Select
                {...control}
                value={declaration.models[layer]}
                onChange={(event) =>
                  change({
                    models: { ...declaration.models, [layer]: event.target.value as Model },
                  })
                }
              >
                {MODELS.map((model) => (
                  <option key={model} value={model}>
                    {isolation(`model.${model}`)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        ))}
        {TEXTS.map((name) => (
          <Field key={name} label={t(name)}>
            {(control) => (
              <Input
                {...control}
                dir="ltr"
                spellCheck={false}
                value={declaration[name]}
                onChange={(event) => change({ [name]: event.target.value })}
              />
            )}
          </Field>
        ))}
      </div>
      <TextareaField
        label={t("hard")}
        hint={t("hardHint")}
        error={badLine === null ? null : t("badLine", { line: badLine })}
        dir="ltr"
        rows={4}
        spellCheck={false}
        className="font-mono text-sm"
        value={declaration.hard}
        onChange={(hard) => change({ hard })}
      />
      <div>
        <Button size="sm" onClick={onRemove}>
          {t("removeEnvironment", { environment })}
        </Button>
      </div>
    </fieldset>
  );
}
