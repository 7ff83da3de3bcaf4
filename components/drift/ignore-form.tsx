"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { refusalOf } from "#components/problem/refusal.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Field } from "#components/ui/field.tsx";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { Input } from "#components/ui/input.tsx";
import { Select } from "#components/ui/select.tsx";
import { Textarea } from "#components/ui/textarea.tsx";
import { useUrlState } from "#components/url/use-url-state.ts";
import type { IgnoreRuleView } from "#server/features/drift/views.ts";
import {
  draftOfRule,
  draftOfUrl,
  IGNORE_KINDS,
  type IgnoreDraft,
  problemsOf,
  specOf,
} from "./ignore-draft.ts";
import { IgnorePreviewPart } from "./ignore-preview.tsx";
import { PeriodField } from "./period-field.tsx";

interface IgnoreFormProps {
  tenantId: string;
  /** The rule that is changed; null for a new one. */
  rule: IgnoreRuleView | null;
  onClose: () => void;
  onSaved?: () => void;
}

const SCOPES = [
  ["objectKind", "objectKindHint"],
  ["apiGroup", "apiGroupHint"],
  ["namespace", "globHint"],
  ["name", "globHint"],
] as const;

/** Writes an ignore rule. It can be saved only after what it would hide was looked at. */
export function IgnoreForm({ tenantId, rule, onClose, onSaved }: IgnoreFormProps) {
  const t = useTranslations("drift.ignored.form");
  const problemText = useProblemText();
  const router = useRouter();
  const { params } = useUrlState();
  const [draft, setDraft] = useState<IgnoreDraft>(() =>
    rule ? draftOfRule(rule) : draftOfUrl(new URLSearchParams(params.toString())),
  );
  const [seen, setSeen] = useState<string | null>(null);
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<ReturnType<typeof refusalOf> | null>(null);
  const change = (part: Partial<IgnoreDraft>) => setDraft({ ...draft, ...part });
  const problems = problemsOf(draft);
  const spec = specOf(draft);
  const isSeen = seen === JSON.stringify(spec);
  const error = (field: "expression" | "owner" | "reason" | "period", words: string) =>
    refusal?.field === (field === "period" ? "forSeconds" : field)
      ? refusal.text
      : isTried && problems.includes(field)
        ? words
        : null;
  const isOnField = ["expression", "owner", "reason", "forSeconds"].includes(refusal?.field ?? "");
  const drift = useTranslations("drift.act");

  async function save() {
    setTried(true);
    if (problems.length > 0 || draft.period === null) return;
    setBusy(true);
    setRefusal(null);
    try {
      await consoleClient(tenantId).drift.saveIgnoreRule.mutate({
        ...(rule ? { ruleId: rule.ruleId } : {}),
        basedOn: rule?.version ?? 0,
        spec,
        owner: draft.owner.trim(),
        reason: draft.reason.trim(),
        forSeconds: draft.period,
      });
      showToast({ tone: "ok", title: t("saved") });
      router.refresh();
      onSaved?.();
      if (!onSaved) onClose();
    } catch (thrown) {
      setBusy(false);
      setRefusal(refusalOf(thrown, problemText));
    }
  }

  return (
    <FormDialog
      title={t(rule ? "editTitle" : "newTitle")}
      confirm={t("save")}
      isBusy={isBusy}
      failure={refusal && !isOnField ? refusal.text : null}
      disabledReason={isSeen ? null : t(seen === null ? "previewFirst" : "previewAgain")}
      onSubmit={save}
      onClose={onClose}
    >
      <Field label={t("kind")}>
        {(control) => (
          <Select
            {...control}
            value={draft.kind}
            onChange={(event) =>
              change({
                kind: IGNORE_KINDS.find((kind) => kind === event.target.value) ?? "manager",
              })
            }
          >
            {IGNORE_KINDS.map((kind) => (
              <KindOption key={kind} kind={kind} />
            ))}
          </Select>
        )}
      </Field>
      <Field
        label={t(`expression.${draft.kind}`)}
        hint={t(`hint.${draft.kind}`)}
        error={error("expression", t("expressionMissing"))}
      >
        {(control) => (
          <Input
            {...control}
            dir="ltr"
            spellCheck={false}
            maxLength={500}
            className="font-mono text-sm"
            value={draft.expression}
            onChange={(event) => change({ expression: event.target.value })}
          />
        )}
      </Field>
      <div className="grid gap-3 sm:grid-cols-2">
        {SCOPES.map(([name, hint]) => (
          <Field key={name} label={t(name)} hint={t(hint)}>
            {(control) => (
              <Input
                {...control}
                dir="ltr"
                spellCheck={false}
                maxLength={253}
                value={draft[name]}
                onChange={(event) => change({ [name]: event.target.value })}
              />
            )}
          </Field>
        ))}
      </div>
      <Field label={t("owner")} hint={t("ownerHint")} error={error("owner", t("ownerShort"))}>
        {(control) => (
          <Input
            {...control}
            maxLength={200}
            value={draft.owner}
            onChange={(event) => change({ owner: event.target.value })}
          />
        )}
      </Field>
      <Field
        label={t("reason")}
        hint={drift("reasonHint")}
        error={error("reason", drift("reasonShort"))}
      >
        {(control) => (
          <Textarea
            {...control}
            maxLength={2000}
            value={draft.reason}
            onChange={(event) => change({ reason: event.target.value })}
          />
        )}
      </Field>
      <PeriodField
        value={draft.period}
        onChange={(period) => change({ period })}
        error={error("period", drift("expiryMissing"))}
      />
      <label className="flex items-start gap-2 text-sm">
        <input
          type="checkbox"
          className="mt-1"
          checked={draft.isTrial}
          onChange={(event) => change({ isTrial: event.target.checked })}
        />
        <span>
          {t("trial")}
          <span className="block text-muted">{t("trialHint")}</span>
        </span>
      </label>
      <IgnorePreviewPart
        tenantId={tenantId}
        spec={spec}
        isStale={seen !== null && !isSeen}
        onSeen={() => setSeen(JSON.stringify(spec))}
      />
    </FormDialog>
  );
}

function KindOption({ kind }: { kind: IgnoreDraft["kind"] }) {
  const t = useTranslations("drift.ignored.kind");
  return <option value={kind}>{t(kind)}</option>;
}
