"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { Input } from "#components/ui/input.tsx";
import { Select } from "#components/ui/select.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";
import type { PlanPreview as Preview, TenantLives } from "#server/features/onboarding/views.ts";
import { EnvironmentFields } from "./environment-fields.tsx";
import { EMPTY_DRAFT, newEnvironment, type PlanDraft, planOf } from "./plan-draft.ts";
import { PlanPreview } from "./plan-preview.tsx";

const STEPS = ["about", "environments", "access", "preview"] as const;
const ENVIRONMENTS = ["dev", "test", "staging", "prod"] as const;

interface TextFieldOf {
  name: "slug" | "displayName" | "username" | "email";
  hint?: "slugHint" | "usernameHint" | "emailHint";
  isCode?: boolean;
  maxLength: number;
}

interface OnboardFormProps {
  tenantId: string;
  realms: TenantLives["realms"];
  onDone: (lifecycleId: string) => void;
  onClose: () => void;
}

/** Onboarding in four steps: who, where, by whom, and everything that will be made. */
export function OnboardForm({ tenantId, realms, onDone, onClose }: OnboardFormProps) {
  const t = useTranslations("tenants");
  const { isBusy, failure, run } = useAct();
  const [at, setAt] = useState(0);
  const [draft, setDraft] = useState<PlanDraft>(EMPTY_DRAFT);
  const [reason, setReason] = useState("");
  const [preview, setPreview] = useState<Preview | null>(null);
  const step = STEPS[at] ?? "preview";
  const change = (part: Partial<PlanDraft>) => setDraft({ ...draft, ...part });
  const said = planOf(draft);
  const problem = "problem" in said ? said.problem : null;
  const isBlocked = step === "preview" && (preview?.obstacles.length ?? 0) > 0;

  function next() {
    if ("problem" in said) return;
    const { plan } = said;
    const { onboarding } = consoleClient(tenantId);
    if (step === "preview") {
      run(
        () => onboarding.onboard.mutate({ plan, reason }),
        ({ lifecycleId, state }) => {
          const title = state === "awaiting_approval" ? "form.asked" : "form.begun";
          showToast({ tone: "ok", title: t(title, { tenant: plan.displayName }) });
          onDone(lifecycleId);
        },
      );
      return;
    }
    if (step !== "access") return setAt(at + 1);
    // The server judges the whole plan, and names the field at fault.
    run(
      () => onboarding.preview.query({ plan }),
      (found) => {
        setPreview(found);
        setAt(at + 1);
      },
    );
  }

  return (
    <FormDialog
      title={t("onboard")}
      confirm={
        step === "preview" ? t("form.submit", { tenant: draft.displayName }) : t("form.next")
      }
      isBusy={isBusy}
      failure={failure}
      disabledReason={
        problem?.field === "labels"
          ? t("form.badLabel", { line: problem.line })
          : problem
            ? t("form.badLine", { line: problem.line })
            : isBlocked
              ? t(`obstacle.${preview?.obstacles[0] ?? "slug-taken"}`)
              : null
      }
      onSubmit={next}
      onClose={onClose}
    >
      <div className="flex flex-wrap items-center gap-3">
        <p className="text-muted text-sm" aria-live="polite">
          {t("form.step", { at: at + 1, all: STEPS.length, name: t(`form.names.${step}`) })}
        </p>
        {at > 0 ? (
          <Button size="sm" onClick={() => setAt(at - 1)}>
            {t("form.back")}
          </Button>
        ) : null}
      </div>
      {step === "about" ? (
        <>
          {textField({ name: "slug", hint: "slugHint", isCode: true, maxLength: 63 })}
          {textField({ name: "displayName", maxLength: 120 })}
          <TextareaField
            label={t("form.labels")}
            hint={t("form.labelsHint")}
            error={problem?.field === "labels" ? t("form.badLabel", { line: problem.line }) : null}
            dir="ltr"
            rows={3}
            value={draft.labels}
            onChange={(labels) => change({ labels })}
          />
        </>
      ) : null}
      {step === "environments" ? (
        <>
          {draft.environments.map((each, place) => (
            <EnvironmentFields
              key={each.environment}
              draft={each}
              badLine={problem?.field === "quota" && problem.at === place ? problem.line : null}
              onChange={(changed) =>
                change({
                  environments: draft.environments.map((old) => (old === each ? changed : old)),
                })
              }
              onRemove={() =>
                change({ environments: draft.environments.filter((old) => old !== each) })
              }
            />
          ))}
          <div className="flex flex-wrap gap-2">
            {ENVIRONMENTS.filter(
              (name) => !draft.environments.some(({ environment }) => environment === name),
            ).map((name) => (
              <Button
                key={name}
                size="sm"
                onClick={() =>
                  change({
                    environments: [...draft.environments, newEnvironment(draft.slug.trim(), name)],
                  })
                }
              >
                {t("form.addEnvironment", { environment: name })}
              </Button>
            ))}
          </div>
        </>
      ) : null}
      {step === "access" ? (
        <>
          <Field label={t("form.realm")}>
            {(control) => (
              <Select
                {...control}
                value={draft.realm}
                onChange={(event) => change({ realm: event.target.value })}
              >
                <option value="">{t("form.realmMake")}</option>
                {realms.map(({ realm }) => (
                  <option key={realm} value={realm}>
                    {t("form.realmExisting", { realm })}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          {draft.realm === "" ? (
            <>
              {textField({ name: "username", hint: "usernameHint", isCode: true, maxLength: 100 })}
              {textField({ name: "email", hint: "emailHint", isCode: true, maxLength: 200 })}
            </>
          ) : null}
        </>
      ) : null}
      {step === "preview" && preview ? (
        <>
          <PlanPreview preview={preview} />
          <TextareaField label={t("reason")} value={reason} onChange={setReason} maxLength={2000} />
        </>
      ) : null}
    </FormDialog>
  );

  function textField({ name, hint, isCode, maxLength }: TextFieldOf) {
    return (
      <Field label={t(`form.${name}`)} hint={hint ? t(`form.${hint}`) : undefined}>
        {(control) => (
          <Input
            {...control}
            {...(isCode ? { dir: "ltr" as const, spellCheck: false, className: "font-mono" } : {})}
            maxLength={maxLength}
            value={draft[name]}
            onChange={(event) => change({ [name]: event.target.value })}
          />
        )}
      </Field>
    );
  }
}
