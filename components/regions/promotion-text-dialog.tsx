"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";
import type { CheckItem } from "#server/engines/dr-promotion/checklist.ts";

export type PromotionAct =
  | { name: "tick"; item: CheckItem; text: string }
  | { name: "withdraw" }
  | { name: "execute"; subjectDigest: string; target: string }
  | { name: "conclude"; outcome: "succeeded" | "failed" };

interface PromotionTextDialogProps {
  tenantId: string;
  promotionId: string;
  act: PromotionAct;
  onClose: () => void;
  onDone: () => void;
}

/** As the verbs demand it. */
const LETTERS = { tick: 3, withdraw: 10, conclude: 10, execute: 0 } as const;

/** Says what an act does, and asks for the evidence or the reason. Letting it go ahead asks for the region's name. */
export function PromotionTextDialog(props: PromotionTextDialogProps) {
  const { tenantId, promotionId, act, onClose, onDone } = props;
  const t = useTranslations("regions.promotion");
  const { isBusy, failure, run } = useAct();
  const [text, setText] = useState(act.name === "tick" ? act.text : "");
  const [isTried, setTried] = useState(false);
  const said = text.trim();
  const isWrong = act.name === "execute" ? said !== act.target : said.length < LETTERS[act.name];
  function send(): Promise<unknown> {
    const verbs = consoleClient(tenantId).regions;
    switch (act.name) {
      case "tick":
        return verbs.tickCheck.mutate({ promotionId, item: act.item, evidence: said });
      case "withdraw":
        return verbs.withdrawPromotion.mutate({ promotionId, reason: said });
      case "execute":
        return verbs.executePromotion.mutate({ promotionId, subjectDigest: act.subjectDigest });
      case "conclude":
        return verbs.concludePromotion.mutate({
          promotionId,
          outcome: act.outcome,
          evidence: said,
        });
    }
  }

  function submit() {
    setTried(true);
    if (!isWrong) run(send, onDone);
  }

  return (
    <FormDialog
      title={t(`dialogs.${act.name}.title`)}
      confirm={t(`dialogs.${act.name}.button`)}
      look={act.name === "tick" ? "primary" : "danger"}
      isBusy={isBusy}
      failure={failure}
      onSubmit={submit}
      onClose={onClose}
    >
      <p className="text-sm">
        {act.name === "tick" ? t(`items.${act.item}`) : t(`dialogs.${act.name}.does`)}
      </p>
      <TextareaField
        label={t(`dialogs.${act.name}.label`, {
          target: act.name === "execute" ? act.target : "",
        })}
        error={isTried && isWrong ? t(act.name === "execute" ? "notTheName" : "short") : null}
        autoFocus
        required
        maxLength={2000}
        value={text}
        onChange={setText}
      />
    </FormDialog>
  );
}
