"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Field } from "#components/ui/field.tsx";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { Input } from "#components/ui/input.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";
import type { ReviewOverview } from "#server/features/access-reviews/schema.ts";

interface PolicyDialogProps {
  tenantId: string;
  overview: ReviewOverview;
  onClose: () => void;
  onDone: () => void;
}

const WHOLE = /^\d{1,3}$/;
const daysOf = (text: string) =>
  text
    .split(",")
    .map((each) => each.trim())
    .filter(Boolean);

/** Says how often access is reviewed, by whom, and within how many days. */
export function PolicyDialog({ tenantId, overview, onClose, onDone }: PolicyDialogProps) {
  const t = useTranslations("reviews.edit");
  const { policy } = overview;
  const [values, setValues] = useState({
    isEnabled: policy?.isEnabled ?? true,
    period: String(policy?.periodDays ?? 90),
    answer: String(policy?.answerDays ?? 14),
    remind: (policy?.remindAfterDays ?? [7]).join(", "),
    roles: policy?.reviewerRoles ?? ["security-officer"],
    reason: "",
  });
  const [isTried, setTried] = useState(false);
  const { isBusy, failure, run } = useAct();
  const set = (change: Partial<typeof values>) => setValues({ ...values, ...change });
  const areNumbers = [values.period, values.answer, ...daysOf(values.remind)].every((text) =>
    WHOLE.test(text.trim()),
  );
  const isReady = areNumbers && values.roles.length > 0 && values.reason.trim() !== "";

  function submit() {
    setTried(true);
    if (!isReady) return;
    run(
      () =>
        consoleClient(tenantId).accessReviews.savePolicy.mutate({
          isEnabled: values.isEnabled,
          periodDays: Number(values.period),
          answerDays: Number(values.answer),
          remindAfterDays: daysOf(values.remind).map(Number),
          reviewerRoles: values.roles as "security-officer"[],
          basedOn: policy?.version ?? 0,
          reason: values.reason.trim(),
        }),
      () => {
        showToast({ tone: "ok", title: t("saved") });
        onDone();
      },
    );
  }

  const number = (name: "period" | "answer" | "remind", hint?: string) => (
    <Field
      label={t(name)}
      hint={hint}
      error={
        isTried && !daysOf(values[name]).every((text) => WHOLE.test(text)) ? t("numbers") : null
      }
    >
      {(control) => (
        <Input
          {...control}
          dir="ltr"
          inputMode="numeric"
          value={values[name]}
          onChange={(event) => set({ [name]: event.target.value })}
        />
      )}
    </Field>
  );
  return (
    <FormDialog
      title={t("title")}
      confirm={t("confirm")}
      isBusy={isBusy}
      failure={failure}
      onSubmit={submit}
      onClose={onClose}
    >
      <label className="flex items-center gap-2 text-sm">
        <input
          type="checkbox"
          className="size-4"
          checked={values.isEnabled}
          onChange={(event) => set({ isEnabled: event.target.checked })}
        />
        {t("isEnabled")}
      </label>
      <div className="grid gap-4 sm:grid-cols-2">
        {number("period")}
        {number("answer")}
      </div>
      {number("remind", t("remindHint"))}
      <fieldset className="flex flex-col gap-1">
        <legend className="font-medium text-sm">{t("roles")}</legend>
        {overview.reviewerRoles.map((role) => (
          <label key={role} className="flex items-center gap-2 text-sm">
            <input
              type="checkbox"
              className="size-4"
              checked={values.roles.includes(role)}
              onChange={(event) =>
                set({
                  roles: event.target.checked
                    ? [...values.roles, role]
                    : values.roles.filter((each) => each !== role),
                })
              }
            />
            <bdi dir="ltr" className="font-mono">
              {role}
            </bdi>
          </label>
        ))}
        {isTried && values.roles.length === 0 ? (
          <p role="alert" className="text-danger text-xs">
            {t("rolesMissing")}
          </p>
        ) : null}
      </fieldset>
      <TextareaField
        label={t("reason")}
        required
        maxLength={2000}
        value={values.reason}
        onChange={(text) => set({ reason: text })}
      />
    </FormDialog>
  );
}
