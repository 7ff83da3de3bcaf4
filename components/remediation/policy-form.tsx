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
import { Textarea } from "#components/ui/textarea.tsx";
import type { PolicyView } from "#server/features/remediation/views.ts";
import { draftOfPolicy, type PolicyDraft, type PolicyProblem, policyOf } from "./policy-draft.ts";

interface PolicyFormProps {
  tenantId: string;
  policy: PolicyView;
  onClose: () => void;
}

const MODES = ["off", "review", "auto"] as const;
const NUMBERS = ["mostPerHour", "breakerCount", "breakerHours"] as const;

/** Says what happens to the findings of one rule, in every tenant. */
export function PolicyForm({ tenantId, policy, onClose }: PolicyFormProps) {
  const t = useTranslations("remediation.policy.form");
  const policies = useTranslations("remediation.policy");
  const modes = useTranslations("remediation");
  const rules = useTranslations("drift.rule");
  const router = useRouter();
  const [draft, setDraft] = useState<PolicyDraft>(() => draftOfPolicy(policy.spec));
  const [reason, setReason] = useState("");
  const [isTried, setTried] = useState(false);
  const { isBusy, failure, run } = useAct();
  const said = policyOf(draft);
  const problems = "problems" in said ? said.problems : [];
  const isShort = reason.trim().length < 3;
  const change = (part: Partial<PolicyDraft>) => setDraft({ ...draft, ...part });
  const wordsOf = (problem: PolicyProblem) =>
    problem.field !== "safeKinds"
      ? t(`${problem.field}Wrong`)
      : problem.why === "bad"
        ? t("badKind", { line: problem.line })
        : t(problem.why === "missing" ? "safeKindsMissing" : "safeKindsSecret");
  const errorOf = (field: PolicyProblem["field"]) => {
    const problem = problems.find((each) => each.field === field);
    return isTried && problem ? wordsOf(problem) : null;
  };

  function save() {
    setTried(true);
    if ("problems" in said || isShort) return;
    const input = { rule: policy.rule, basedOn: policy.version, spec: said, reason: reason.trim() };
    run(
      () => consoleClient(tenantId).remediation.savePolicy.mutate(input),
      ({ outcome }) => {
        showToast({ tone: "ok", title: t(outcome === "unchanged" ? "unchanged" : "saved") });
        router.refresh();
        onClose();
      },
    );
  }

  return (
    <FormDialog
      title={policies("editOf", { rule: rules(policy.rule) })}
      confirm={t("save")}
      isBusy={isBusy}
      failure={failure}
      onSubmit={save}
      onClose={onClose}
    >
      <fieldset className="flex flex-col gap-2 text-sm">
        <legend className="mb-1 font-medium">{t("mode")}</legend>
        {MODES.map((mode) => (
          <label key={mode} className="flex items-start gap-2">
            <input
              type="radio"
              name="mode"
              className="mt-1"
              checked={draft.mode === mode}
              onChange={() => change({ mode })}
            />
            <span>
              <span className="font-medium">{modes(`mode.${mode}`)}</span>
              <span className="block text-muted">{modes(`modeSays.${mode}`)}</span>
            </span>
          </label>
        ))}
      </fieldset>
      {draft.mode === "auto" ? (
        <Field label={t("safeKinds")} hint={t("safeKindsHint")} error={errorOf("safeKinds")}>
          {(control) => (
            <Textarea
              {...control}
              dir="ltr"
              rows={4}
              spellCheck={false}
              className="font-mono text-sm"
              value={draft.safeKinds}
              onChange={(event) => change({ safeKinds: event.target.value })}
            />
          )}
        </Field>
      ) : null}
      {NUMBERS.map((name) => (
        <Field key={name} label={t(name)} error={errorOf(name)}>
          {(control) => (
            <Input
              {...control}
              inputMode="numeric"
              className="max-w-32"
              value={draft[name]}
              onChange={(event) => change({ [name]: event.target.value })}
            />
          )}
        </Field>
      ))}
      <Field label={t("reason")} error={isTried && isShort ? t("reasonShort") : null}>
        {(control) => (
          <Textarea
            {...control}
            maxLength={2000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
    </FormDialog>
  );
}
