"use client";
import { useTranslations } from "next-intl";
import { type FormEvent, useRef, useState } from "react";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { Section } from "#components/ui/section.tsx";
import { Textarea } from "#components/ui/textarea.tsx";
import { NEW_POLICY } from "./new-policy.ts";
import { PolicyProblems } from "./policy-problems.tsx";
import type { PolicyDetail, PolicyPreview } from "./policy-shapes.ts";
import { PreviewResult } from "./preview-result.tsx";
import { rangeOfLine } from "./range-of-line.ts";

interface PolicyEditorProps {
  tenantId: string;
  /** The policy that is changed; null for a new one. */
  saved: PolicyDetail["policy"] | null;
  /** The version of each policy as it was when the page was read. */
  versions: Readonly<Record<string, number>>;
  mayManage: boolean;
  onSaved: (policyId: string) => void;
}

/** As the verb demands it. */
const REASON_LETTERS = 10;

/** Writes policies as YAML: what a text would change is looked at before it can be saved. */
export function PolicyEditor({ tenantId, saved, versions, mayManage, onSaved }: PolicyEditorProps) {
  const t = useTranslations("policies");
  const problemText = useProblemText();
  const area = useRef<HTMLTextAreaElement>(null);
  const [yaml, setYaml] = useState(saved?.source ?? NEW_POLICY);
  const [basedOn, setBasedOn] = useState(versions);
  const [reason, setReason] = useState("");
  const [looked, setLooked] = useState<{ yaml: string; at: PolicyPreview } | null>(null);
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
      const at = await consoleClient(tenantId).secretPolicies.preview.query({ yaml });
      setLooked({ yaml, at });
    });
  const save = () =>
    attempt("save", async () => {
      const { policies } = await consoleClient(tenantId).secretPolicies.save.mutate({
        yaml,
        reason: reason.trim(),
        basedOn: { ...basedOn },
      });
      const fresh = Object.fromEntries(policies.map(({ name, version }) => [name, version]));
      setBasedOn({ ...basedOn, ...fresh });
      setReason("");
      setTried(false);
      showToast({ tone: "ok", title: t("saved", { count: policies.length }) });
      const [first] = policies;
      if (first) onSaved(first.policyId);
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

  const whyNot = !mayManage
    ? t("mayNotManage")
    : current === null
      ? t("previewFirst")
      : current.problems.length > 0
        ? t("problemsFirst")
        : null;
  return (
    <Section look="card" title={saved ? t("edit", { name: saved.name }) : t("new")}>
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
        {current && current.problems.length === 0 ? <PreviewResult preview={current} /> : null}
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
            {t("failed")}: {failure}
          </p>
        ) : null}
        <div className="flex justify-end gap-2">
          <Button isBusy={busy === "preview"} onClick={preview}>
            {t("preview.button")}
          </Button>
          <Button type="submit" look="primary" isBusy={busy === "save"} disabledReason={whyNot}>
            {t("save")}
          </Button>
        </div>
      </form>
    </Section>
  );
}
