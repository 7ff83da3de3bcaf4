"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { type Refusal, refusalOf } from "#components/problem/refusal.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Field } from "#components/ui/field.tsx";
import { FormShell } from "#components/ui/form-shell.tsx";
import { Input } from "#components/ui/input.tsx";
import { Select } from "#components/ui/select.tsx";
import type { SinkConfig } from "#server/engines/delivery/sink-kinds.ts";
import type { SinkDetail, SinkForms } from "#server/features/delivery/schema.ts";
import { configOf, formValues } from "./config-form.ts";
import { kindWord } from "./kind-word.ts";
import { MaskingFields, type RuleDraft } from "./masking-fields.tsx";
import { SinkFields } from "./sink-fields.tsx";
import { TryIt } from "./try-it.tsx";

interface SinkFormProps {
  tenantId: string;
  forms: SinkForms;
  sink: SinkDetail | null;
  onClose: () => void;
  onDone: () => void;
}

/** What a sink is, what it gets and what is masked; can be tried before it is saved. */
export function SinkForm({ tenantId, forms, sink, onClose, onDone }: SinkFormProps) {
  const words = useTranslations("delivery");
  const t = useTranslations("delivery.form");
  const problemText = useProblemText();
  const [kind, setKind] = useState(sink?.kind ?? forms[0]?.kind ?? "");
  const fields = forms.find((form) => form.kind === kind)?.fields ?? [];
  const [values, setValues] = useState(() => formValues(fields, sink?.config));
  const [name, setName] = useState(sink?.name ?? "");
  const [query, setQuery] = useState(sink?.query ?? "");
  const [from, setFrom] = useState<"now" | "beginning">("now");
  const [rules, setRules] = useState<RuleDraft[]>(
    () => sink?.masking.map((rule, key) => ({ key, ...rule })) ?? [],
  );
  const [failure, setFailure] = useState<Refusal | null>(null);
  const [isBusy, setBusy] = useState(false);
  const config = () => configOf(kind, fields, values) as SinkConfig;
  const errorAt = (path: string) => (failure?.path === path ? failure.text : null);
  const shownAt = new Set([
    "name",
    "query",
    ...fields.flatMap((field) => [
      `config.${field.name}`,
      `config.${field.name}.path`,
      `config.${field.name}.field`,
    ]),
    ...rules.map((_, at) => `masking.${at}.at`),
  ]);

  function choose(next: string) {
    setKind(next);
    setFailure(null);
    setValues(formValues(forms.find((form) => form.kind === next)?.fields ?? []));
  }

  async function save() {
    setBusy(true);
    setFailure(null);
    try {
      const masking = rules.map(({ at, action }) => ({ at, action }));
      const which = sink ? { sinkId: sink.sinkId, revision: sink.revision } : { from };
      const input = { ...which, name, config: config(), query, masking };
      await consoleClient(tenantId).delivery.saveSink.mutate(input);
      showToast({ tone: "ok", title: t(sink ? "saved" : "added") });
      onDone();
    } catch (error) {
      setFailure(refusalOf(error, problemText));
      setBusy(false);
    }
  }

  return (
    <FormShell
      confirm={t(sink ? "save" : "add")}
      isBusy={isBusy}
      failure={failure && !shownAt.has(failure.path ?? "") ? failure.text : null}
      onSubmit={save}
      onCancel={onClose}
    >
      <Field label={t("name")} error={errorAt("name")}>
        {(control) => (
          <Input
            {...control}
            required
            autoFocus
            maxLength={80}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <Field label={t("kind")} hint={sink ? t("kindFixed") : undefined}>
        {(control) => (
          <Select
            {...control}
            disabled={sink !== null}
            value={kind}
            onChange={(event) => choose(event.target.value)}
          >
            {forms.map((form) => (
              <option key={form.kind} value={form.kind}>
                {kindWord(form.kind, words)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <SinkFields
        fields={fields}
        values={values}
        onChange={setValues}
        errorOf={(path) => errorAt(`config.${path}`)}
      />
      <TryIt tenantId={tenantId} config={config} onTrouble={setFailure} />
      <Field label={t("query")} hint={t("queryHint")} error={errorAt("query")}>
        {(control) => (
          <Input
            {...control}
            dir="ltr"
            className="font-mono"
            maxLength={2000}
            spellCheck={false}
            value={query}
            onChange={(event) => setQuery(event.target.value)}
          />
        )}
      </Field>
      <MaskingFields
        rules={rules}
        onChange={setRules}
        errorOf={(path) => errorAt(`masking.${path}`)}
      />
      {sink ? null : (
        <Field label={t("from")}>
          {(control) => (
            <Select
              {...control}
              value={from}
              onChange={(event) => setFrom(event.target.value as typeof from)}
            >
              <option value="now">{t("fromNow")}</option>
              <option value="beginning">{t("fromBeginning")}</option>
            </Select>
          )}
        </Field>
      )}
    </FormShell>
  );
}
