"use client";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";
import { PROMOTION_KINDS, type PromotionKind } from "#server/engines/dr-promotion/checklist.ts";
import type { RegionView } from "#server/features/regions/views.ts";

interface AskPromotionDialogProps {
  tenantId: string;
  targets: readonly RegionView[];
  onClose: () => void;
  onDone: () => void;
}

/** As the verb demands it. */
const REASON_LETTERS = 10;

/** Asks that another region become the primary; says what the two ways mean. Nothing happens yet. */
export function AskPromotionDialog({
  tenantId,
  targets,
  onClose,
  onDone,
}: AskPromotionDialogProps) {
  const t = useTranslations("regions.promotion");
  const common = useTranslations("common");
  const problemText = useProblemText();
  const [kind, setKind] = useState<PromotionKind>("planned-switchover");
  const [target, setTarget] = useState(targets[0]?.regionId ?? "");
  const [reason, setReason] = useState("");
  const [isTried, setTried] = useState(false);
  const isShort = reason.trim().length < REASON_LETTERS;
  const change = useMutation({
    mutationFn: () =>
      consoleClient(tenantId).regions.requestPromotion.mutate({
        kind,
        targetRegionId: target,
        reason: reason.trim(),
      }),
    onSuccess: onDone,
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (!isShort && !change.isPending) change.mutate();
  }

  return (
    <Dialog isOpen onClose={onClose} title={t("askTitle")}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-4">
        <p className="text-sm">{t("askDoes")}</p>
        <Field label={t("target")}>
          {(control) => (
            <Select {...control} value={target} onChange={(event) => setTarget(event.target.value)}>
              {targets.map((region) => (
                <option key={region.region} value={region.regionId ?? ""}>
                  {region.displayName}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t("kind")} hint={t(`kindHints.${kind}`)}>
          {(control) => (
            <Select
              {...control}
              value={kind}
              onChange={(event) => setKind(event.target.value as PromotionKind)}
            >
              {PROMOTION_KINDS.map((each) => (
                <option key={each} value={each}>
                  {t(`kinds.${each}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <TextareaField
          label={t("reason")}
          error={isTried && isShort ? t("short") : null}
          required
          maxLength={2000}
          value={reason}
          onChange={setReason}
        />
        {change.error ? (
          <p role="alert" className="text-danger text-sm">
            {problemText(problemOf(change.error))}
          </p>
        ) : null}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button type="submit" look="primary" isBusy={change.isPending}>
            {t("ask")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
