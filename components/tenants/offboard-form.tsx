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

const EFFECTS = ["one", "two", "three", "four"] as const;

interface OffboardFormProps {
  tenantId: string;
  slug: string;
  onDone: (lifecycleId: string) => void;
  onClose: () => void;
}

/** Asks to offboard a tenant: says all that it ends, and has its name typed once more. */
export function OffboardForm({ tenantId, slug, onDone, onClose }: OffboardFormProps) {
  const t = useTranslations("tenants");
  const { isBusy, failure, run } = useAct();
  const [confirmSlug, setConfirm] = useState("");
  const [waitDays, setWait] = useState("14");
  const [keepExportDays, setKeep] = useState("30");
  const [recipientKey, setKey] = useState("");
  const [reason, setReason] = useState("");

  function ask() {
    const input = {
      slug,
      confirmSlug: confirmSlug.trim(),
      reason,
      waitDays: Number(waitDays),
      keepExportDays: Number(keepExportDays),
      recipientKey,
    };
    run(
      () => consoleClient(tenantId).onboarding.offboard.mutate(input),
      ({ lifecycleId }) => {
        showToast({ tone: "ok", title: t("off.asked", { tenant: slug }) });
        onDone(lifecycleId);
      },
    );
  }

  const days = (
    name: "wait" | "keep",
    value: string,
    change: (text: string) => void,
    hint?: string,
  ) => (
    <Field label={t(`off.${name}`)} hint={hint}>
      {(control) => (
        <Input
          {...control}
          type="number"
          min={name === "wait" ? 0 : 1}
          max={365}
          value={value}
          onChange={(event) => change(event.target.value)}
        />
      )}
    </Field>
  );

  return (
    <FormDialog
      title={t("off.title", { tenant: slug })}
      confirm={t("off.submit")}
      look="danger"
      isBusy={isBusy}
      failure={failure}
      onSubmit={ask}
      onClose={onClose}
    >
      <div className="text-sm">
        <p>{t("off.touches")}</p>
        <ol className="list-decimal ps-5">
          {EFFECTS.map((each) => (
            <li key={each}>{t(`off.${each}`)}</li>
          ))}
        </ol>
      </div>
      <Field label={t("off.confirm")}>
        {(control) => (
          <Input
            {...control}
            dir="ltr"
            className="font-mono"
            autoComplete="off"
            value={confirmSlug}
            onChange={(event) => setConfirm(event.target.value)}
          />
        )}
      </Field>
      <div className="grid gap-3 sm:grid-cols-2">
        {days("wait", waitDays, setWait, t("off.waitHint"))}
        {days("keep", keepExportDays, setKeep)}
      </div>
      <TextareaField
        label={t("off.key")}
        hint={t("off.keyHint")}
        dir="ltr"
        rows={4}
        spellCheck={false}
        className="font-mono text-xs"
        value={recipientKey}
        onChange={setKey}
      />
      <TextareaField label={t("reason")} value={reason} onChange={setReason} maxLength={2000} />
    </FormDialog>
  );
}
