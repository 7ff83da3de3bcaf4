"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Field } from "#components/ui/field.tsx";
import { FormDialog } from "#components/ui/form-dialog.tsx";
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
  const { isBusy, failure, run } = useAct();
  const [kind, setKind] = useState<PromotionKind>("planned-switchover");
  const [target, setTarget] = useState(targets[0]?.regionId ?? "");
  const [reason, setReason] = useState("");
  const [isTried, setTried] = useState(false);
  const isShort = reason.trim().length < REASON_LETTERS;
  const send = () =>
    consoleClient(tenantId).regions.requestPromotion.mutate({
      kind,
      targetRegionId: target,
      reason: reason.trim(),
    });

  function submit() {
    setTried(true);
    if (!isShort) run(send, onDone);
  }

  return (
    <FormDialog
      title={t("askTitle")}
      confirm={t("ask")}
      look="primary"
      isBusy={isBusy}
      failure={failure}
      onSubmit={submit}
      onClose={onClose}
    >
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
    </FormDialog>
  );
}
