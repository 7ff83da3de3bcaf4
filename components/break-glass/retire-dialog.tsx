"use client";
import { useTranslations } from "next-intl";
import { ReasonDialog } from "#components/rotations/reason-dialog.tsx";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import type { PrincipalView } from "#server/features/break-glass/schema.ts";

interface RetireDialogProps {
  tenantId: string;
  principal: PrincipalView;
  onClose: () => void;
  onDone: () => void;
}

/** Asks that a declaration end. */
export function RetireDialog({ tenantId, principal, onClose, onDone }: RetireDialogProps) {
  const t = useTranslations("breakGlass.retire");
  const { principalId, personName } = principal;
  return (
    <ReasonDialog
      title={t("title", { name: personName })}
      does={<p className="text-sm">{t("body")}</p>}
      confirm={t("confirm")}
      maxLength={2000}
      act={(reason) => consoleClient(tenantId).breakGlass.retire.mutate({ principalId, reason })}
      onClose={onClose}
      onDone={() => {
        showToast({ tone: "ok", title: t("done") });
        onDone();
      }}
    />
  );
}
