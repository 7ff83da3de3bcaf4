"use client";
import { type FormEvent, type ReactNode, useRef, useState } from "react";
import { PolicyProblems } from "#components/policies/policy-problems.tsx";
import { rangeOfLine } from "#components/policies/range-of-line.ts";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { Section } from "#components/ui/section.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";

type Problems = Parameters<typeof PolicyProblems>[0]["problems"];

interface DocumentEditorProps<Preview extends { problems: Problems }> {
  words: Record<
    "title" | "yaml" | "yamlHint" | "reason" | "reasonHint" | "reasonShort" | "preview" | "save",
    string
  > & { previewFirst: string; problemsFirst: string; failed?: string };
  /** What it begins with. */
  text: string;
  /** Why the viewer may not save at all; null when she may. */
  mayNot: string | null;
  look: (yaml: string) => Promise<Preview>;
  show: (preview: Preview) => ReactNode;
  /** Saves what was looked at; `keepsLook` where the same text may be saved again. */
  save: (yaml: string, reason: string) => Promise<{ keepsLook: boolean }>;
}

/** As the verbs demand it. */
const REASON_LETTERS = 10;

/** Writes documents as YAML: what a text would do is looked at before it can be saved. */
export function DocumentEditor<Preview extends { problems: Problems }>(
  props: DocumentEditorProps<Preview>,
) {
  const { words, mayNot, look, show } = props;
  const problemText = useProblemText();
  const area = useRef<HTMLTextAreaElement>(null);
  const [yaml, setYaml] = useState(props.text);
  const [reason, setReason] = useState("");
  const [looked, setLooked] = useState<{ yaml: string; at: Preview } | null>(null);
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
      const at = await look(yaml);
      setLooked({ yaml, at });
    });
  const save = () =>
    attempt("save", async () => {
      const { keepsLook } = await props.save(yaml, reason.trim());
      setReason("");
      setTried(false);
      if (!keepsLook) setLooked(null);
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

  const unseen = current === null ? words.previewFirst : null;
  const faulty = current && current.problems.length > 0 ? words.problemsFirst : null;
  const whyNot = mayNot ?? unseen ?? faulty;
  return (
    <Section look="card" title={words.title}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-4 px-4 py-3">
        <TextareaField
          label={words.yaml}
          hint={words.yamlHint}
          ref={area}
          dir="ltr"
          spellCheck={false}
          wrap="off"
          rows={18}
          className="font-mono text-sm"
          value={yaml}
          onChange={setYaml}
        />
        {current && current.problems.length > 0 ? (
          <PolicyProblems problems={current.problems} onGoTo={goTo} />
        ) : null}
        {current && current.problems.length === 0 ? show(current) : null}
        <Field
          label={words.reason}
          hint={words.reasonHint}
          error={isTried && isShort ? words.reasonShort : null}
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
            {words.failed ? `${words.failed}: ` : null}
            {failure}
          </p>
        ) : null}
        <div className="flex flex-wrap justify-end gap-2">
          <Button isBusy={busy === "preview"} onClick={preview}>
            {words.preview}
          </Button>
          <Button type="submit" look="primary" isBusy={busy === "save"} disabledReason={whyNot}>
            {words.save}
          </Button>
        </div>
      </form>
    </Section>
  );
}
