"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";
import type { GrantView } from "#server/features/elevation/elevation-views.ts";

interface EndDialogProps {
  tenantId: string;
  grant: Pick<GrantView, "grantId" | "person" | "isYours">;
  onClose: () => void;
}

/** Gives an own grant back, or revokes somebody's: says what happens then, and asks why. */
export function EndDialog({ tenantId, grant, onClose }: EndDialogProps) {
  const t = useTranslations("access");
  const router = useRouter();
  const { isBusy, failure, run } = useAct();
  const [reason, setReason] = useState(grant.isYours ? t("revoke.ownReason") : "");
  const [isTried, setTried] = useState(false);
  const isMissing = reason.trim() === "";

  function end() {
    setTried(true);
    if (isMissing) return;
    const input = { grantId: grant.grantId, reason: reason.trim() };
    run(
      () => consoleClient(tenantId).elevation.revoke.mutate(input),
      () => {
        showToast({ tone: "ok", title: t(grant.isYours ? "revoke.givenBack" : "revoke.done") });
        router.refresh();
        onClose();
      },
    );
  }

  return (
    <FormDialog
      title={grant.isYours ? t("grant.giveBack") : t("revoke.title", { person: grant.person })}
      confirm={t(grant.isYours ? "grant.giveBack" : "revoke.submit")}
      look={grant.isYours ? "primary" : "danger"}
      isBusy={isBusy}
      failure={failure}
      onSubmit={end}
      onClose={onClose}
    >
      <p className="text-sm">{t("revoke.does")}</p>
      <TextareaField
        label={t("revoke.reason")}
        error={isTried && isMissing ? t("revoke.missing") : null}
        maxLength={2000}
        value={reason}
        onChange={setReason}
      />
    </FormDialog>
  );
}
