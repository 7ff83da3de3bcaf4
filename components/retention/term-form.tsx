"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { Input } from "#components/ui/input.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";
import type { RetentionOverview } from "#server/features/retention/views.ts";
import { useLawSource } from "./law-source.ts";

interface TermFormProps {
  tenantId: string;
  of: RetentionOverview["classes"][number];
  onClose: () => void;
  onDone: () => void;
}

type Preview = Awaited<
  ReturnType<ReturnType<typeof consoleClient>["retention"]["preview"]["query"]>
>;

/** Another term for a class, with what it would destroy before it is saved. */
export function TermForm({ tenantId, of, onClose, onDone }: TermFormProps) {
  const t = useTranslations("retention");
  const sourceWords = useLawSource();
  const { isBusy, failure, run } = useAct();
  const looking = useAct();
  const [days, setDays] = useState(String(of.days));
  const [reason, setReason] = useState("");
  const [preview, setPreview] = useState<Preview | null>(null);
  const input = { class: of.class, days: Number(days) };
  const client = consoleClient(tenantId).retention;
  return (
    <FormDialog
      title={t("changing.title", { name: t(`classes.${of.class}`) })}
      confirm={t("changing.submit")}
      isBusy={isBusy}
      failure={failure ?? looking.failure}
      onClose={onClose}
      onSubmit={() =>
        run(
          () => client.setRetention.mutate({ ...input, reason }),
          ({ actId }) => {
            showToast({ tone: "ok", title: t(actId ? "changing.asked" : "changing.done") });
            onDone();
          },
        )
      }
    >
      <Field
        label={t("changing.days")}
        hint={t("changing.hint", { days: of.leastDays, source: sourceWords(of.source) })}
      >
        {(control) => (
          <Input
            {...control}
            type="number"
            min={1}
            max={36_525}
            value={days}
            onChange={(event) => {
              setDays(event.target.value);
              setPreview(null);
            }}
          />
        )}
      </Field>
      <div>
        <Button
          type="button"
          size="sm"
          isBusy={looking.isBusy}
          onClick={() => looking.run(() => client.preview.query(input), setPreview)}
        >
          {t("changing.preview")}
        </Button>
      </div>
      {preview ? (
        <div role="status" className="text-sm">
          <p>{t("changing.would", { keys: preview.keys, payloads: preview.payloads })}</p>
          {preview.heldKeys > 0 ? <p>{t("changing.held", { keys: preview.heldKeys })}</p> : null}
          {preview.needsSecond ? <p>{t("changing.second", { days: preview.before })}</p> : null}
        </div>
      ) : null}
      <TextareaField label={t("reason")} value={reason} onChange={setReason} maxLength={2000} />
    </FormDialog>
  );
}
