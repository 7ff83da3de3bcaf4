"use client";
import { useTranslations } from "next-intl";
import { ReasonDialog } from "#components/rotations/reason-dialog.tsx";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";

export interface Settling {
  act: "redrive" | "discard";
  sink: { sinkId: string; name: string };
  /** Null: all that wait. */
  letterIds: string[] | null;
}

interface SettleDialogProps {
  tenantId: string;
  settling: Settling;
  onClose: () => void;
  onDone: () => void;
}

/** Says which dead letters are sent again or given up, and asks why. */
export function SettleDialog({ tenantId, settling, onClose, onDone }: SettleDialogProps) {
  const t = useTranslations("delivery.letters");
  const { act, sink, letterIds } = settling;
  const count = letterIds?.length ?? 0;
  return (
    <ReasonDialog
      title={t(`${act}Title`, { count, sink: sink.name })}
      does={<p className="text-sm">{t(`${act}Does`)}</p>}
      confirm={t(act)}
      look={act === "redrive" ? "primary" : "danger"}
      act={(reason) =>
        consoleClient(tenantId).delivery.settleDeadLetters.mutate({
          sinkId: sink.sinkId,
          act,
          reason,
          ...(letterIds ? { letterIds } : {}),
        })
      }
      onClose={onClose}
      onDone={(settled) => {
        showToast({ tone: "ok", title: t("settled", { count: settled.count }) });
        onDone();
      }}
    />
  );
}
