"use client";
import { useTranslations } from "next-intl";
import { consoleClient } from "#components/trpc/console-client.ts";
import { ReasonDialog } from "./reason-dialog.tsx";

interface RotationReasonDialogProps {
  tenantId: string;
  rotationId: string;
  act: "cancel" | "pause" | "rollBack";
  onClose: () => void;
  onDone: () => void;
}

/** Says what pausing, cancelling or rolling back does, and asks why. */
export function RotationReasonDialog(props: RotationReasonDialogProps) {
  const { tenantId, rotationId, act, onClose, onDone } = props;
  const t = useTranslations("rotations.actions");
  return (
    <ReasonDialog
      title={t(`${act}Title`)}
      does={<p className="text-sm">{t(`${act}Does`)}</p>}
      confirm={t(act)}
      act={(reason): Promise<unknown> =>
        consoleClient(tenantId).rotation[act].mutate({ rotationId, reason })
      }
      onClose={onClose}
      onDone={onDone}
    />
  );
}
