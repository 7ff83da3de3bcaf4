"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Field } from "#components/ui/field.tsx";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { Input } from "#components/ui/input.tsx";
import { Section } from "#components/ui/section.tsx";
import { Select } from "#components/ui/select.tsx";
import { Textarea } from "#components/ui/textarea.tsx";
import { LAYERS, MODELS, type Model } from "#server/engines/isolation/declaration.ts";
import type { Declared } from "#server/features/isolation/views.ts";
import { type DeclarationDraft, declarationOf, draftOf } from "./declaration-draft.ts";
import { Changes } from "./declared-tab.tsx";

interface DeclareFormProps {
  tenantId: string;
  declared: Declared;
  onClose: () => void;
}

const TEXTS = ["namespaces", "nodePool", "network", "database", "vaultPath", "regions"] as const;

/** Declares the isolation of an environment: a model and a boundary for each layer, with the difference. */
export function DeclareForm({ tenantId, declared, onClose }: DeclareFormProps) {
  const t = useTranslations("isolation");
  const router = useRouter();
  const [newest] = declared.versions;
  const before = newest?.declaration ?? null;
  const [draft, setDraft] = useState<DeclarationDraft>(() => draftOf(before));
  const [reason, setReason] = useState("");
  const { isBusy, failure, run } = useAct();
  const change = (part: Partial<DeclarationDraft>) => setDraft({ ...draft, ...part });
  const said = declarationOf(draft);
  const badLine = "badLine" in said ? said.badLine : null;

  function save() {
    if ("badLine" in said) return;
    const { environment } = declared;
    const input = { environment, declaration: said, basedOn: newest?.version ?? 0, reason };
    run(
      () => consoleClient(tenantId).isolation.declare.mutate(input),
      () => {
        showToast({ tone: "ok", title: t("declared.saved") });
        router.refresh();
        onClose();
      },
    );
  }

  return (
    <FormDialog
      title={t("declared.title", { tenant: tenantId, environment: declared.environment })}
      confirm={t("declared.save")}
      isBusy={isBusy}
      failure={failure}
      disabledReason={badLine ? t("declared.badLine", { line: badLine }) : null}
      onSubmit={save}
      onClose={onClose}
    >
      <div className="grid gap-3 sm:grid-cols-2">
        {LAYERS.map((layer) => (
          <Field key={layer} label={t("declared.model", { layer: t(`layer.${layer}`) })}>
            {(control) => (
              <Select
                {...control}
                value={draft.models[layer]}
                onChange={(event) =>
                  change({ models: { ...draft.models, [layer]: event.target.value as Model } })
                }
              >
                {MODELS.map((model) => (
                  <option key={model} value={model}>
                    {t(`model.${model}`)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        ))}
        {TEXTS.map((name) => (
          <Field key={name} label={t(`declared.${name}`)}>
            {(control) => (
              <Input
                {...control}
                dir="ltr"
                spellCheck={false}
                value={draft[name]}
                onChange={(event) => change({ [name]: event.target.value })}
              />
            )}
          </Field>
        ))}
      </div>
      <Field
        label={t("declared.hard")}
        error={badLine ? t("declared.badLine", { line: badLine }) : null}
      >
        {(control) => (
          <Textarea
            {...control}
            dir="ltr"
            rows={3}
            spellCheck={false}
            className="font-mono text-sm"
            value={draft.hard}
            onChange={(event) => change({ hard: event.target.value })}
          />
        )}
      </Field>
      <Field label={t("declared.reason")}>
        {(control) => (
          <Input
            {...control}
            maxLength={2000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      <Section title={t("declared.changes")}>
        {"badLine" in said ? null : <Changes before={before} after={said} />}
      </Section>
    </FormDialog>
  );
}
