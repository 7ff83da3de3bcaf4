"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { problemOf } from "#components/problem/problem.ts";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { KeyNameField } from "./key-name-field.tsx";
import { type KeyQuestion, makeKey } from "./make-key.ts";

interface AddKeyDialogProps {
  tenantId: string;
  name: string;
  /** Null until it was proved who asks. */
  question: KeyQuestion | null;
  failure: string | null;
  onName: (name: string) => void;
  onBegin: () => Promise<void>;
  onFailure: (text: string | null) => void;
  onClose: () => void;
}

/** A name first; then, once proved, the key itself. */
export function AddKeyDialog(props: AddKeyDialogProps) {
  const { tenantId, name, question, failure, onName, onBegin, onFailure, onClose } = props;
  const t = useTranslations("stepUp.keys");
  const problemText = useProblemText();
  const router = useRouter();
  const [isBusy, setBusy] = useState(false);
  const [isTried, setTried] = useState(false);

  async function submit() {
    setTried(true);
    if (name.trim() === "") return;
    setBusy(true);
    if (question) await make(question);
    else await onBegin();
    setBusy(false);
  }

  async function make(asked: KeyQuestion) {
    onFailure(null);
    try {
      const result = await makeKey(tenantId, asked, name.trim());
      if (result !== "added") return onFailure(t(result));
      showToast({ tone: "ok", title: t("added") });
      router.refresh();
      onClose();
    } catch (error) {
      onFailure(problemText(problemOf(error)));
    }
  }

  return (
    <FormDialog
      title={t("addTitle")}
      confirm={t("goOn")}
      isBusy={isBusy}
      failure={failure}
      onSubmit={submit}
      onClose={onClose}
    >
      <p className="text-muted text-sm">{t(question ? "nowKey" : "addBody")}</p>
      <KeyNameField name={name} isTried={isTried} onChange={onName} />
    </FormDialog>
  );
}
