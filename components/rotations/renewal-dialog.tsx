"use client";
import { useTranslations } from "next-intl";
import { consoleClient } from "#components/trpc/console-client.ts";
import { ReasonDialog } from "./reason-dialog.tsx";

interface RenewalDialogProps {
  tenantId: string;
  bindingId: string;
  name: string;
  onClose: () => void;
  onDone: () => void;
}

/** Says what asking for a renewal does, and why it is asked for. */
export function RenewalDialog({ tenantId, bindingId, name, onClose, onDone }: RenewalDialogProps) {
  const t = useTranslations("rotations.watch");
  return (
    <ReasonDialog
      title={t("renewTitle", { name })}
      does={<p className="text-sm">{t("renewDoes")}</p>}
      confirm={t("renew")}
      look="primary"
      act={(reason) =>
        consoleClient(tenantId).rotation.requestRenewal.mutate({ bindingId, reason })
      }
      onClose={onClose}
      onDone={onDone}
    />
  );
}
