"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";
import type { RetentionOverview } from "#server/features/retention/views.ts";

interface SettleErasureProps {
  tenantId: string;
  sink: RetentionOverview["acts"][number]["sinks"][number];
  onClose: () => void;
  onDone: () => void;
}

/** An officer says how a sink's copies of erased events were seen to by hand. */
export function SettleErasure({ tenantId, sink, onClose, onDone }: SettleErasureProps) {
  const t = useTranslations("retention");
  const { isBusy, failure, run } = useAct();
  const [reason, setReason] = useState("");
  return (
    <FormDialog
      title={t("atSink.title", { name: sink.name })}
      confirm={t("atSink.submit")}
      isBusy={isBusy}
      failure={failure}
      onClose={onClose}
      onSubmit={() =>
        run(
          () =>
            consoleClient(tenantId).delivery.settleErasure.mutate({
              erasureId: sink.erasureId,
              reason,
            }),
          () => {
            showToast({ tone: "ok", title: t("atSink.done") });
            onDone();
          },
        )
      }
    >
      <p className="text-sm">{t("atSink.body", { count: sink.events })}</p>
      <TextareaField label={t("atSink.how")} value={reason} onChange={setReason} maxLength={1000} />
    </FormDialog>
  );
}
