"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Field } from "#components/ui/field.tsx";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { Input } from "#components/ui/input.tsx";
import { Select } from "#components/ui/select.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";
import type { BreakGlassOverview } from "#server/features/break-glass/schema.ts";

interface DeclareDialogProps {
  tenantId: string;
  overview: BreakGlassOverview;
  onClose: () => void;
  onDone: () => void;
}

const ENVIRONMENTS = ["prod", "staging", "test", "dev"] as const;

/** Declares who may break glass; a second sovereign-admin approves it. */
export function DeclareDialog({ tenantId, overview, onClose, onDone }: DeclareDialogProps) {
  const t = useTranslations("breakGlass");
  const { people, declarableScopes } = overview;
  const [values, setValues] = useState({
    person: people.length > 0 ? "0" : "",
    issuer: "",
    subject: "",
    name: "",
    environment: "prod" as (typeof ENVIRONMENTS)[number],
    scopes: declarableScopes.filter((scope) => scope.endsWith(".read")),
    minutes: "30",
    reason: "",
  });
  const [isTried, setTried] = useState(false);
  const { isBusy, failure, run } = useAct();
  const set = (change: Partial<typeof values>) => setValues({ ...values, ...change });
  const listed = values.person === "" ? undefined : people[Number(values.person)];
  const person = listed ?? {
    issuer: values.issuer.trim(),
    subject: values.subject.trim(),
    name: values.name.trim(),
  };
  const isNamed = Boolean(person.issuer && person.subject && person.name);
  const minutes = Number(values.minutes);
  const isTimed = Number.isInteger(minutes) && minutes >= 1 && minutes <= 60;
  const isReady = isNamed && isTimed && values.scopes.length > 0 && values.reason.trim() !== "";

  function submit() {
    setTried(true);
    if (!isReady) return;
    run(
      () =>
        consoleClient(tenantId).breakGlass.declare.mutate({
          issuer: person.issuer,
          subject: person.subject,
          personName: person.name,
          environment: values.environment,
          scopes: values.scopes as "runtime.secrets.rotate"[],
          maxMinutes: minutes,
          reason: values.reason.trim(),
        }),
      () => {
        showToast({ tone: "ok", title: t("declare.done") });
        onDone();
      },
    );
  }

  const line = (name: "issuer" | "subject" | "name") => (
    <Field label={t(`declare.${name}`)}>
      {(control) => (
        <Input
          {...control}
          dir={name === "name" ? "auto" : "ltr"}
          value={values[name]}
          onChange={(event) => set({ [name]: event.target.value })}
        />
      )}
    </Field>
  );
  return (
    <FormDialog
      title={t("declare.title")}
      confirm={t("declare.confirm")}
      isBusy={isBusy}
      failure={failure}
      onSubmit={submit}
      onClose={onClose}
    >
      <p className="text-sm">{t("declare.body")}</p>
      <Field
        label={t("declare.person")}
        error={isTried && !isNamed ? t("declare.personMissing") : null}
      >
        {(control) => (
          <Select
            {...control}
            value={values.person}
            onChange={(event) => set({ person: event.target.value })}
          >
            {people.map(({ name, issuer, subject }, at) => (
              <option key={`${issuer} ${subject}`} value={String(at)}>
                {`${name} (${issuer.split("/").at(-1)})`}
              </option>
            ))}
            <option value="">{t("declare.other")}</option>
          </Select>
        )}
      </Field>
      {listed ? null : (
        <>
          {line("issuer")}
          {line("subject")}
          {line("name")}
        </>
      )}
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label={t("declare.environment")}>
          {(control) => (
            <Select
              {...control}
              value={values.environment}
              onChange={(event) =>
                set({ environment: event.target.value as (typeof ENVIRONMENTS)[number] })
              }
            >
              {ENVIRONMENTS.map((name) => (
                <option key={name} value={name}>
                  {t(`environment.${name}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field
          label={t("declare.minutes")}
          hint={t("declare.minutesHint")}
          error={isTried && !isTimed ? t("own.minutesWrong", { most: 60 }) : null}
        >
          {(control) => (
            <Input
              {...control}
              dir="ltr"
              inputMode="numeric"
              value={values.minutes}
              onChange={(event) => set({ minutes: event.target.value })}
            />
          )}
        </Field>
      </div>
      <fieldset className="flex flex-col gap-1">
        <legend className="font-medium text-sm">{t("declare.scopes")}</legend>
        <div className="grid gap-x-4 gap-y-1 sm:grid-cols-2">
          {declarableScopes.map((scope) => (
            <label key={scope} className="flex min-h-6 items-center gap-2">
              <input
                type="checkbox"
                className="size-4"
                checked={values.scopes.includes(scope)}
                onChange={(event) =>
                  set({
                    scopes: event.target.checked
                      ? [...values.scopes, scope]
                      : values.scopes.filter((each) => each !== scope),
                  })
                }
              />
              <bdi dir="ltr" className="break-all font-mono text-xs">
                {scope}
              </bdi>
            </label>
          ))}
        </div>
        {isTried && values.scopes.length === 0 ? (
          <p role="alert" className="text-danger text-xs">
            {t("declare.scopesMissing")}
          </p>
        ) : null}
      </fieldset>
      <TextareaField
        label={t("declare.reason")}
        required
        maxLength={2000}
        value={values.reason}
        onChange={(text) => set({ reason: text })}
      />
    </FormDialog>
  );
}
