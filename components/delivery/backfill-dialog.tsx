"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { type Refusal, refusalOf } from "#components/problem/refusal.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Field } from "#components/ui/field.tsx";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { Input } from "#components/ui/input.tsx";
import type { SinkView } from "#server/features/delivery/schema.ts";

interface BackfillDialogProps {
  tenantId: string;
  sink: SinkView;
  onClose: () => void;
  onDone: () => void;
}

/** Asks which range of the past is sent once more, beside what is new. */
export function BackfillDialog({ tenantId, sink, onClose, onDone }: BackfillDialogProps) {
  const t = useTranslations("delivery.backfill");
  const problemText = useProblemText();
  const [range, setRange] = useState({ since: "", until: "" });
  const [query, setQuery] = useState("");
  const [failure, setFailure] = useState<Refusal | null>(null);
  const [isBusy, setBusy] = useState(false);
  const errorOf = (field: string) => (failure?.field === field ? failure.text : null);

  async function begin() {
    setBusy(true);
    setFailure(null);
    try {
      const { since, until } = range;
      await consoleClient(tenantId).delivery.beginBackfill.mutate({
        sinkId: sink.sinkId,
        query,
        ...(since ? { since: new Date(since) } : {}),
        ...(until ? { until: new Date(until) } : {}),
      });
      showToast({ tone: "ok", title: t("done") });
      onDone();
    } catch (error) {
      setFailure(refusalOf(error, problemText));
      setBusy(false);
    }
  }

  return (
    <FormDialog
      title={t("title", { name: sink.name })}
      confirm={t("confirm")}
      isBusy={isBusy}
      failure={
        failure && !["since", "until", "query"].includes(failure.field ?? "") ? failure.text : null
      }
      onSubmit={begin}
      onClose={onClose}
    >
      <p className="text-sm">{t("does")}</p>
      {(["since", "until"] as const).map((name) => (
        <Field key={name} label={t(name)} hint={t("open")} error={errorOf(name)}>
          {(control) => (
            <Input
              {...control}
              type="datetime-local"
              value={range[name]}
              onChange={(event) => setRange({ ...range, [name]: event.target.value })}
            />
          )}
        </Field>
      ))}
      <Field label={t("query")} hint={t("queryHint")} error={errorOf("query")}>
        {(control) => (
          <Input
            {...control}
            dir="ltr"
            className="font-mono"
            maxLength={2000}
            value={query}
            onChange={(event) => setQuery(event.target.value)}
          />
        )}
      </Field>
    </FormDialog>
  );
}
