"use client";
import { useTranslations } from "next-intl";
import { consoleClient } from "#components/trpc/console-client.ts";
import type { ConsumersOutput } from "#server/features/rotation/consumers/schema.ts";
import { ReasonDialog } from "./reason-dialog.tsx";

interface OverrideDialogProps {
  tenantId: string;
  rotationId: string;
  told: ConsumersOutput;
  onClose: () => void;
  onDone: () => void;
}

/** Says who would lose access, counts them, and asks why the old value is ended all the same. */
export function OverrideDialog({
  tenantId,
  rotationId,
  told,
  onClose,
  onDone,
}: OverrideDialogProps) {
  const t = useTranslations("consumers.override");
  const count = (state: string) => told.consumers.filter((each) => each.state === state).length;
  const uses = told.rotation?.oldUses.reduce((sum, use) => sum + (use.uses ?? 0), 0) ?? 0;
  return (
    <ReasonDialog
      title={t("title")}
      does={
        <div className="rounded-md border border-line bg-sunken px-3 py-2 text-sm">
          <p className="font-medium">{t("touches")}</p>
          <ul className="list-disc ps-5">
            <li>{t("notMoved", { count: count("not-yet") })}</li>
            <li>{t("unknown", { count: count("unknown") })}</li>
            <li>{t("uses", { count: uses })}</li>
          </ul>
        </div>
      }
      confirm={t("confirm")}
      act={(reason) =>
        consoleClient(tenantId).rotation.overrideRevoke.mutate({ rotationId, reason })
      }
      onClose={onClose}
      onDone={onDone}
    />
  );
}
