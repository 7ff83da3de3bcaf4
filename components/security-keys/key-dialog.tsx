"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { KeyNameField } from "./key-name-field.tsx";
import type { KeyAct } from "./security-keys-screen.tsx";

interface KeyDialogProps {
  tenantId: string;
  act: KeyAct;
  onClose: () => void;
}

/** Renames or removes one of one's own keys. */
export function KeyDialog({ tenantId, act, onClose }: KeyDialogProps) {
  const t = useTranslations("stepUp.keys");
  const router = useRouter();
  const [name, setName] = useState(act.key.name);
  const [isTried, setTried] = useState(false);
  const { isBusy, failure, run } = useAct();
  const isRemoval = act.kind === "remove";

  function submit() {
    setTried(true);
    const { keyId } = act.key;
    const { stepUp } = consoleClient(tenantId);
    if (!isRemoval && name.trim() === "") return;
    run(
      () =>
        isRemoval
          ? stepUp.removeKey.mutate({ keyId })
          : stepUp.renameKey.mutate({ keyId, name: name.trim() }),
      () => {
        showToast({ tone: "ok", title: t(isRemoval ? "removed" : "renamed") });
        router.refresh();
        onClose();
      },
    );
  }

  return (
    <FormDialog
      title={t(isRemoval ? "removeTitle" : "renameTitle", { name: act.key.name })}
      confirm={t(isRemoval ? "remove" : "save")}
      look={isRemoval ? "danger" : "primary"}
      isBusy={isBusy}
      failure={failure}
      onSubmit={submit}
      onClose={onClose}
    >
      {isRemoval ? (
        <p className="text-sm">{t("removeBody")}</p>
      ) : (
        <KeyNameField name={name} isTried={isTried} onChange={setName} />
      )}
    </FormDialog>
  );
}
