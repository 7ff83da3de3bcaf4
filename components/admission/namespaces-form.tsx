"use client";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "#components/problem/use-act.ts";
import { showToast } from "#components/toast/toast-store.ts";
import { consoleClient } from "#components/trpc/console-client.ts";
import { FormDialog } from "#components/ui/form-dialog.tsx";
import { TextareaField } from "#components/ui/textarea-field.tsx";
import { linesFromKubectl, rulesFromLines } from "./namespace-lines.ts";

interface NamespacesFormProps {
  tenantId: string;
  cluster: string;
  onClose: () => void;
}

/** Says whose namespaces are: a line each, or what kubectl prints, filled in from its labels. */
export function NamespacesForm({ tenantId, cluster, onClose }: NamespacesFormProps) {
  const t = useTranslations("admission.namespaces");
  const common = useTranslations("admission");
  const router = useRouter();
  const { isBusy, failure, run } = useAct();
  const [lines, setLines] = useState("");
  const [reason, setReason] = useState("");
  const [isTried, setTried] = useState(false);
  const { rules, badLine } = rulesFromLines(lines);
  const exempt = rules.filter(({ rule }) => rule === "exempt").length;
  const isWrong = badLine !== null || rules.length === 0;

  function save() {
    setTried(true);
    if (isWrong) return;
    run(
      () =>
        consoleClient(tenantId).admission.saveNamespaces.mutate({
          cluster,
          namespaces: rules,
          reason,
        }),
      ({ changed }) => {
        showToast({ tone: "ok", title: t("saved", { count: changed }) });
        router.refresh();
        onClose();
      },
    );
  }

  return (
    <FormDialog
      title={t("title", { cluster })}
      confirm={t("save", { count: rules.length })}
      look={exempt > 0 ? "danger" : "primary"}
      isBusy={isBusy}
      failure={failure}
      onSubmit={save}
      onClose={onClose}
    >
      <TextareaField
        label={t("lines")}
        hint={t("linesHint")}
        error={
          isTried && isWrong ? (badLine === null ? t("nothing") : t("badLine", { badLine })) : null
        }
        autoFocus
        dir="ltr"
        spellCheck={false}
        rows={8}
        className="font-mono text-sm"
        placeholder={t("example")}
        value={lines}
        onChange={(text) => setLines(linesFromKubectl(text) ?? text)}
      />
      {exempt > 0 ? <p className="text-danger text-sm">{t("exempts", { count: exempt })}</p> : null}
      <TextareaField
        label={common("reason")}
        hint={common("reasonHint")}
        required
        maxLength={1000}
        value={reason}
        onChange={setReason}
      />
    </FormDialog>
  );
}
