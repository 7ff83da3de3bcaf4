"use client";
import { useFormatter, useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import type { Problem } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";
import type { ForcePreview } from "#server/features/rotation/bulk-schema.ts";
import { BulkPreview } from "./bulk-preview.tsx";

interface BulkRotateFormProps {
  preview: ForcePreview;
  isBusy: boolean;
  problem: Problem | null;
  onCancel: () => void;
  onConfirm: (ask: { bindingIds: string[]; reason: string; outsideWindow: boolean }) => void;
}

/** As the verb demands it. */
const REASON_LETTERS = 10;

/** Digits as a person of either language may type them. */
function numberOf(text: string): number {
  const latin = text.replace(/[٠-٩]/g, (digit) => String("٠١٢٣٤٥٦٧٨٩".indexOf(digit)));
  return Number(latin.replace(/[\s,.٬]/g, "") || Number.NaN);
}

/** The preview, a reason, and the count typed by hand: nothing begins by a slip. */
export function BulkRotateForm(props: BulkRotateFormProps) {
  const { preview, isBusy, problem, onCancel, onConfirm } = props;
  const t = useTranslations("rotations.bulk");
  const force = useTranslations("rotations.force");
  const common = useTranslations("common");
  const problemText = useProblemText();
  const format = useFormatter();
  const [reason, setReason] = useState("");
  const [count, setCount] = useState("");
  const [isOutside, setOutside] = useState(false);
  const [isTried, setTried] = useState(false);
  const isShort = reason.trim().length < REASON_LETTERS;
  const isWrongCount = numberOf(count) !== preview.rotatable;
  const needsWindowWord = preview.outsideWindow > 0;
  const isPossible = preview.rotatable > 0 && !preview.isTooMany;

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (isShort || isWrongCount || isBusy || !isPossible) return;
    onConfirm({
      bindingIds: preview.bindingIds,
      reason: reason.trim(),
      outsideWindow: needsWindowWord && isOutside,
    });
  }

  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <BulkPreview preview={preview} />
      {isPossible ? (
        <>
          {needsWindowWord ? (
            <label className="flex items-start gap-2 text-sm">
              <input
                type="checkbox"
                checked={isOutside}
                onChange={(event) => setOutside(event.target.checked)}
                className="mt-1"
              />
              <span>{t("outsideWindow", { count: format.number(preview.outsideWindow) })}</span>
            </label>
          ) : null}
          <TextareaField
            label={force("reason")}
            hint={force("reasonHint")}
            error={isTried && isShort ? force("reasonShort") : null}
            autoFocus
            required
            maxLength={1000}
            value={reason}
            onChange={setReason}
          />
          <Field
            label={t("typeCount", { count: format.number(preview.rotatable) })}
            error={isTried && isWrongCount ? t("wrongCount") : null}
          >
            {(control) => (
              <Input
                {...control}
                required
                inputMode="numeric"
                autoComplete="off"
                value={count}
                onChange={(event) => setCount(event.target.value)}
                className="max-w-32"
              />
            )}
          </Field>
        </>
      ) : null}
      {problem ? (
        <p role="alert" className="rounded-md bg-danger-tint px-3 py-2 text-danger text-sm">
          {t("failed")}: {problemText(problem)}
        </p>
      ) : null}
      <div className="flex justify-end gap-2">
        <Button onClick={onCancel}>{common("cancel")}</Button>
        {isPossible ? (
          <Button type="submit" look="danger" isBusy={isBusy}>
            {t("confirm", { count: format.number(preview.rotatable) })}
          </Button>
        ) : null}
      </div>
    </form>
  );
}
