"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { refusalOf } from "#components/problem/refusal.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Field } from "#components/ui/field.tsx";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { Textarea } from "#components/ui/textarea.tsx";
import type { FindingDetail } from "#server/features/drift/views.ts";
import { PeriodField } from "./period-field.tsx";
import type { Period } from "./periods.ts";

export type ActName = "acknowledge" | "suppress" | "unsuppress" | "release";
const DONE = {
  acknowledge: "acknowledged",
  suppress: "suppressed",
  unsuppress: "unsuppressed",
  release: "released",
} as const;
/** As the verb demands it. */
const LETTERS = 3;

interface ActDialogProps {
  tenantId: string;
  finding: FindingDetail;
  ofCause: number;
  act: ActName;
  onClose: () => void;
  onChanged: () => void;
}

/** Asks why, for how long, and whether it is about this object or all with the same cause. */
export function ActDialog({ tenantId, finding, ofCause, act, onClose, onChanged }: ActDialogProps) {
  const t = useTranslations("drift.act");
  const problemText = useProblemText();
  const [reason, setReason] = useState("");
  const [period, setPeriod] = useState<Period | null>(null);
  const [isAll, setAll] = useState(false);
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<ReturnType<typeof refusalOf> | null>(null);
  const needsAll = act === "suppress";
  const isShort = needsAll && reason.trim().length < LETTERS;
  const isEndless = needsAll && period === null;

  async function submit() {
    setTried(true);
    if (isShort || isEndless) return;
    setBusy(true);
    setRefusal(null);
    const target = isAll ? { groupId: finding.groupId } : { findingIds: [finding.findingId] };
    const input = { ...target, reason: reason.trim() };
    try {
      const drift = consoleClient(tenantId).drift;
      const { count } = await (act === "suppress"
        ? drift.suppress.mutate({ ...input, forSeconds: period ?? 0 })
        : drift[act].mutate(input));
      showToast({ tone: "ok", title: t(DONE[act], { count }) });
      onChanged();
      onClose();
    } catch (error) {
      setBusy(false);
      setRefusal(refusalOf(error, problemText));
    }
  }

  const said = (field: string) => (refusal?.field === field ? refusal.text : null);
  const isSaid = refusal?.field === "reason" || refusal?.field === "forSeconds";
  return (
    <FormDialog
      title={t(`${act}Title`)}
      confirm={t(`${act}Title`)}
      isBusy={isBusy}
      failure={refusal && !isSaid ? refusal.text : null}
      onSubmit={submit}
      onClose={onClose}
    >
      <p className="text-sm">{t(`${act}Does`)}</p>
      {ofCause > 1 ? (
        <fieldset className="flex flex-col gap-1 text-sm">
          <legend className="mb-1 font-medium">{t("target")}</legend>
          {[false, true].map((all) => (
            <label key={String(all)} className="flex min-h-6 items-center gap-2">
              <input
                type="radio"
                name="target"
                checked={isAll === all}
                onChange={() => setAll(all)}
              />
              {all ? t("all", { count: ofCause }) : t("one")}
            </label>
          ))}
        </fieldset>
      ) : null}
      <Field
        label={t(needsAll ? "reason" : "reasonOptional")}
        hint={t("reasonHint")}
        error={said("reason") ?? (isTried && isShort ? t("reasonShort") : null)}
      >
        {(control) => (
          <Textarea
            {...control}
            maxLength={2000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      {needsAll ? (
        <PeriodField
          value={period}
          onChange={setPeriod}
          error={said("forSeconds") ?? (isTried && isEndless ? t("expiryMissing") : null)}
        />
      ) : null}
    </FormDialog>
  );
}
