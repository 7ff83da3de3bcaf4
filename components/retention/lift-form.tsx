"use client";
import { useTranslations } from "next-intl";
import { ReasonDialog } from "#components/rotations/reason-dialog.tsx";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import type { Hold } from "./holds-section.tsx";

interface LiftFormProps {
  tenantId: string;
  hold: Hold;
  onClose: () => void;
  onDone: () => void;
}

/** Asks that a legal hold be lifted. */
export function LiftForm({ tenantId, hold, onClose, onDone }: LiftFormProps) {
  const t = useTranslations("retention.lifting");
  return (
    <ReasonDialog
      title={t("title", { caseRef: hold.caseRef })}
      does={<p className="text-sm">{t("body")}</p>}
      confirm={t("submit")}
      maxLength={2000}
      act={(reason) =>
        consoleClient(tenantId).retention.liftHold.mutate({ holdId: hold.holdId, reason })
      }
      onClose={onClose}
      onDone={() => {
        showToast({ tone: "ok", title: t("done") });
        onDone();
      }}
    />
  );
}
