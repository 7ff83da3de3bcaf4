"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useRef, useState } from "react";
import { PolicyProblems } from "#components/policies/policy-problems.tsx";
import { rangeOfLine } from "#components/policies/range-of-line.ts";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { Section } from "#components/ui/section.tsx";
import { Textarea } from "#components/ui/textarea.tsx";
import type { BindingsPreview } from "./binding-shapes.ts";
import { ImportPreview } from "./import-preview.tsx";
import { newBinding } from "./new-binding.ts";

/** As the verb demands it. */
const REASON_LETTERS = 10;

/** Binds from SecretBinding documents: what a text would make is looked at before it is done. */
export function ImportEditor({ tenantId, mayBind }: { tenantId: string; mayBind: boolean }) {
  const t = useTranslations("bindings.documents");
  const problemText = useProblemText();
  const router = useRouter();
  const area = useRef<HTMLTextAreaElement>(null);
  const [yaml, setYaml] = useState(newBinding(tenantId));
  const [reason, setReason] = useState("");
  const [looked, setLooked] = useState<{ yaml: string; at: BindingsPreview } | null>(null);
  const [busy, setBusy] = useState<"preview" | "save" | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [isTried, setTried] = useState(false);
  const current = looked?.yaml === yaml ? looked.at : null;
  const isShort = reason.trim().length < REASON_LETTERS;

  async function attempt(what: "preview" | "save", act: () => Promise<void>) {
    setBusy(what);
    setFailure(null);
    try {
      await act();
    } catch (error) {
      setFailure(problemText(problemOf(error)));
    } finally {
      setBusy(null);
    }
  }
  const preview = () =>
    attempt("preview", async () => {
      const at = await consoleClient(tenantId).bindings.preview.query({ yaml });
      setLooked({ yaml, at });
    });
  const save = () =>
    attempt("save", async () => {
      const { bindings } = await consoleClient(tenantId).bindings.import.mutate({
        yaml,
        reason: reason.trim(),
      });
      const changed = bindings.filter(({ outcome }) => outcome !== "unchanged").length;
      setReason("");
      setTried(false);
      setLooked(null);
      showToast({ tone: "ok", title: t("saved", { count: changed }) });
      router.refresh();
    });

  function goTo(line: number) {
    const [start, end] = rangeOfLine(yaml, line);
    area.current?.focus();
    area.current?.setSelectionRange(start, end);
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (!isShort && !whyNot && busy === null) save();
  }

  const whyNot = !mayBind
    ? t("mayNot")
    : current === null
      ? t("previewFirst")
      : current.problems.length > 0
        ? t("problemsFirst")
        : null;
  return (
    <Section look="card" title={t("title")}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-4 px-4 py-3">
        <Field label={t("yaml")} hint={t("yamlHint")}>
          {(control) => (
            <Textarea
              {...control}
              ref={area}
              dir="ltr"
              spellCheck={false}
              wrap="off"
              rows={18}
              className="font-mono text-sm"
              value={yaml}
              onChange={(event) => setYaml(event.target.value)}
            />
          )}
        </Field>
        {current && current.problems.length > 0 ? (
          <PolicyProblems problems={current.problems} onGoTo={goTo} />
        ) : null}
        {current && current.problems.length === 0 ? <ImportPreview preview={current} /> : null}
        <Field
          label={t("reason")}
          hint={t("reasonHint")}
          error={isTried && isShort ? t("reasonShort") : null}
        >
          {(control) => (
            <Input
              {...control}
              maxLength={1000}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
        {failure ? (
          <p
            role="alert"
            className="whitespace-pre-line rounded-md bg-danger-tint px-3 py-2 text-danger text-sm"
          >
            {failure}
          </p>
        ) : null}
        <div className="flex flex-wrap justify-end gap-2">
          <Button isBusy={busy === "preview"} onClick={preview}>
            {t("preview")}
          </Button>
          <Button type="submit" look="primary" isBusy={busy === "save"} disabledReason={whyNot}>
            {t("save")}
          </Button>
        </div>
      </form>
    </Section>
  );
}
