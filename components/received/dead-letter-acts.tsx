"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";
import type { DeadLetterDetail } from "#server/features/ingest/schema.ts";

interface DeadLetterActsProps {
  tenantId: string;
  letter: DeadLetterDetail;
  whyNot: string | null;
  onDone: () => void;
}

/** Sends it again, mended or as it is; or discards it. Both ask why. */
export function DeadLetterActs({ tenantId, letter, whyNot, onDone }: DeadLetterActsProps) {
  const t = useTranslations("received.letters");
  const router = useRouter();
  const { isBusy, failure, run } = useAct();
  const [act, setAct] = useState<"redrive" | "discard" | null>(null);
  const kept = indented(letter.envelope ?? "");
  const [envelope, setEnvelope] = useState(kept);
  const [reason, setReason] = useState("");
  const { deadLetterId } = letter;

  const settle = () =>
    run(
      () =>
        consoleClient(tenantId).ingest.settleDeadLetter.mutate(
          act === "redrive"
            ? { act, deadLetterId, envelope: envelope === kept ? null : envelope, reason }
            : { act: "discard", deadLetterId, reason },
        ),
      ({ state }) => {
        showToast({ tone: "ok", title: t(`done.${state}`) });
        setAct(null);
        onDone();
        router.refresh();
      },
    );

  return (
    <div className="flex flex-wrap gap-2">
      <Button look="primary" disabledReason={whyNot} onClick={() => setAct("redrive")}>
        {t("redrive")}
      </Button>
      <Button disabledReason={whyNot} onClick={() => setAct("discard")}>
        {t("discard")}
      </Button>
      {act ? (
        <FormDialog
          title={t(`${act}Title`)}
          confirm={t(act)}
          look={act === "discard" ? "danger" : "primary"}
          isBusy={isBusy}
          failure={failure}
          onSubmit={settle}
          onClose={() => setAct(null)}
        >
          <p className="text-sm">{t(`${act}Does`, { source: letter.sourceName })}</p>
          {act === "redrive" ? (
            <TextareaField
              label={t("mended")}
              hint={t("mendedHint")}
              dir="ltr"
              rows={12}
              spellCheck={false}
              className="font-mono text-xs"
              maxLength={65_536}
              value={envelope}
              onChange={setEnvelope}
            />
          ) : null}
          <TextareaField
            label={t("reasonLabel")}
            hint={t("reasonHint")}
            required
            maxLength={1000}
            value={reason}
            onChange={setReason}
          />
        </FormDialog>
      ) : null}
    </div>
  );
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
