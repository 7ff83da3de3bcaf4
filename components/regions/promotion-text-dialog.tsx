"use client";
import { useMutation } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
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
  const common = useTranslations("common");
  const problemText = useProblemText();
  const [text, setText] = useState(act.name === "tick" ? act.text : "");
  const [isTried, setTried] = useState(false);
  const said = text.trim();
  const isWrong = act.name === "execute" ? said !== act.target : said.length < LETTERS[act.name];
  const change = useMutation({
    mutationFn: (): Promise<unknown> => {
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
    },
    onSuccess: onDone,
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (!isWrong && !change.isPending) change.mutate();
  }

  return (
    <Dialog isOpen onClose={onClose} title={t(`dialogs.${act.name}.title`)}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-4">
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
        {change.error ? (
          <p role="alert" className="text-danger text-sm">
            {problemText(problemOf(change.error))}
          </p>
        ) : null}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button
            type="submit"
            look={act.name === "tick" ? "primary" : "danger"}
            isBusy={change.isPending}
          >
            {t(`dialogs.${act.name}.button`)}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
