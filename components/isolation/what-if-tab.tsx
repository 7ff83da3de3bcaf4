"use client";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { Section } from "#components/ui/section.tsx";
import { Textarea } from "#components/ui/textarea.tsx";
import { useUrlState } from "#components/url/use-url-state.ts";
import type { Environment } from "./isolation-url.ts";
import { useWhatIf } from "./use-what-if.ts";
import { WhatIfAnswerView } from "./what-if-answer-view.tsx";

interface WhatIfTabProps {
  tenantId: string;
  environment: Environment;
}

/** What a changed NetworkPolicy would open and close, before anybody applies it. The URL keeps the question. */
export function WhatIfTab({ tenantId, environment }: WhatIfTabProps) {
  const t = useTranslations("isolation.whatIf");
  const url = useUrlState();
  const whatIfId = url.params.get("what-if");
  const { view, isGone } = useWhatIf(tenantId, whatIfId);
  const [policies, setPolicies] = useState("");
  const [remove, setRemove] = useState("");
  const { isBusy, failure, run } = useAct();

  // A shared link shows what was asked.
  const asked = view?.question;
  useEffect(() => {
    if (asked?.kind !== "change") return;
    setPolicies((text) => text || (asked.policies ?? ""));
    setRemove((text) => text || asked.remove.join(" "));
  }, [asked]);

  function ask() {
    const question = {
      kind: "change",
      policies: policies.trim() === "" ? null : policies,
      remove: remove.split(/[\s,]+/).filter(Boolean),
    } as const;
    run(
      () =>
        consoleClient(tenantId).isolation.askWhatIf.mutate({
          environment,
          question: { ...question, remove: [...question.remove] },
        }),
      ({ whatIfId: id }) => url.change({ "what-if": id }),
    );
  }

  return (
    <div className="flex flex-col gap-6">
      <form
        className="flex max-w-3xl flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          ask();
        }}
      >
        <p className="text-muted text-sm">{t("intro", { tenant: tenantId, environment })}</p>
        <Field label={t("policies")} hint={t("policiesHint")} error={failure}>
          {(control) => (
            <Textarea
              {...control}
              dir="ltr"
              rows={12}
              spellCheck={false}
              className="font-mono text-sm"
              value={policies}
              onChange={(event) => setPolicies(event.target.value)}
            />
          )}
        </Field>
        <Field label={t("remove")}>
          {(control) => (
            <Input
              {...control}
              dir="ltr"
              spellCheck={false}
              value={remove}
              onChange={(event) => setRemove(event.target.value)}
            />
          )}
        </Field>
        <div>
          <Button
            type="submit"
            look="primary"
            isBusy={isBusy}
            disabledReason={policies.trim() === "" && remove.trim() === "" ? t("empty") : null}
          >
            {t("ask")}
          </Button>
        </div>
      </form>
      <Section look="card" title={t("answer")}>
        <div className="px-4 py-3" aria-live="polite">
          {isGone ? (
            <p className="text-sm">{t("gone")}</p>
          ) : whatIfId === null ? (
            <p className="text-muted text-sm">{t("empty")}</p>
          ) : (
            <WhatIfAnswerView view={view} />
          )}
        </div>
      </Section>
    </div>
  );
}
