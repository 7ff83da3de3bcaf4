"use client";
import { useTranslations } from "next-intl";
import { ReasonDialog } from "#components/rotations/reason-dialog.tsx";
import { consoleClient } from "#components/trpc/console-client.ts";

interface RevokeDialogProps {
  tenantId: string;
  campaignId: string;
  itemIds: readonly string[];
  onClose: () => void;
  onDone: (decided: number) => void;
}

/** Revokes what was chosen, with one reason. */
export function RevokeDialog(props: RevokeDialogProps) {
  const { tenantId, campaignId, itemIds, onClose, onDone } = props;
  const t = useTranslations("reviews.revoke");
  return (
    <ReasonDialog
      title={t("title", { count: itemIds.length })}
      does={<p className="text-sm">{t("does")}</p>}
      label={t("reason")}
      confirm={t("confirm")}
      maxLength={2000}
      act={(reason) =>
        consoleClient(tenantId).accessReviews.decide.mutate({
          campaignId,
          itemIds: [...itemIds],
          decision: "revoke",
          reason,
        })
      }
      onClose={onClose}
      onDone={({ decided }) => onDone(decided)}
    />
  );
}
